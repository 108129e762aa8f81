#include <fmt/format.h>

#include <iterator>

#include "bench_report.hpp"
#include "clock.hpp"

namespace carillon::bench {
namespace {

double per(double amount, double count) {
    return count > 0 ? amount / count : 0;
}

double to_us(std::int64_t ns) {
    return static_cast<double>(ns) / 1000;
}

class TextReport {
public:
    explicit TextReport(const BenchReport& report) : report_(report) {}

    std::string write() {
        write_connecting();
        if (report_.options.idle_seconds > 0) write_idling();
        if (report_.measured.whole_seconds > 0) write_measured();
        write_faults();
        return std::move(out_);
    }

private:
    template <class... Values>
    void line(std::string_view name, fmt::format_string<Values...> text, Values&&... values) {
        fmt::format_to(std::back_inserter(out_), "{:<16}", name);
        fmt::format_to(std::back_inserter(out_), text, std::forward<Values>(values)...);
        out_ += '\n';
    }

    void times(std::string_view name, const LatencyHistogram& times) {
        if (times.count() == 0) return;
        line(name, "p50 {:.1f}  p90 {:.1f}  p99 {:.1f}  p99.9 {:.1f}  max {:.1f} µs",
             to_us(times.percentile(50)), to_us(times.percentile(90)), to_us(times.percentile(99)),
             to_us(times.percentile(99.9)), to_us(times.max()));
    }

    void write_connecting() {
        const BenchWindow& window = report_.connecting;
        const SubscriberCounts& subscribers = report_.subscribers;
        const auto ready = static_cast<double>(subscribers.ready);
        line("connections", "{} of {} ready, {} subscriptions, {:.3f} s, {:.0f} per second",
             subscribers.ready, report_.options.subscribers.connections, subscribers.subscriptions,
             window.seconds, per(ready, window.seconds));
        times("connect", report_.connect_times);
        if (report_.options.target.processes.empty()) return;
        const auto grown =
            static_cast<double>(window.server.resident_bytes - report_.resident_before);
        line("server", "{:.1f} µs of CPU and {:.0f} bytes resident per connection ({} -> {} KiB)",
             per(to_us(window.server.cpu_ns), ready), per(grown, ready),
             report_.resident_before / 1024, window.server.resident_bytes / 1024);
    }

    void write_idling() {
        const BenchWindow& window = report_.idling;
        line("idle", "{:.1f} s, {} connections closed", window.whole_seconds,
             report_.subscribers.closed);
        if (report_.options.target.processes.empty()) return;
        const auto grown =
            static_cast<double>(window.server.resident_bytes - report_.resident_before);
        line("server", "{:.0f} bytes resident per connection ({} KiB), {:.3f} s of CPU",
             per(grown, report_.subscribers.ready), window.server.resident_bytes / 1024,
             ns_to_seconds(window.server.cpu_ns));
    }

    void write_measured() {
        const BenchWindow& window = report_.measured;
        const auto deliveries = static_cast<double>(window.deliveries);
        const auto events = static_cast<double>(window.events);
        line("published", "{} events in {} requests, {:.3f} s, {:.0f} events per second",
             window.events, window.requests, window.seconds, per(events, window.seconds));
        line("delivered", "{} events, {:.0f} per second, {:.1f} MB received", window.deliveries,
             per(deliveries, window.seconds), static_cast<double>(window.bytes_received) / 1e6);
        times("latency", report_.latencies);
        times("answer", report_.answer_times);
        if (report_.options.publish.rate > 0) times("sent late by", report_.lags);
        if (!report_.options.target.processes.empty()) {
            line("server CPU",
                 "{:.3f} s ({:.0f} % of a core; user {:.2f}, system {:.2f}), "
                 "{:.3f} µs per delivery, {:.1f} µs per event",
                 ns_to_seconds(window.server.cpu_ns),
                 100 * per(ns_to_seconds(window.server.cpu_ns), window.whole_seconds),
                 ns_to_seconds(window.server.user_ns), ns_to_seconds(window.server.system_ns),
                 per(to_us(window.server.cpu_ns), deliveries),
                 per(to_us(window.server.cpu_ns), events));
        }
        line("generator", "{:.3f} s of CPU, {:.0f} % busy, {:.1f} % of {} polls found nothing",
             window.own_cpu_seconds, 100 * report_.own_load(),
             100 * per(static_cast<double>(window.polls.empty_polls),
                       static_cast<double>(window.polls.polls)),
             window.polls.polls);
        if (report_.generator_bound()) line("", "it was the BOTTLENECK: the server could do more");
        const double had = per(window.own_cpu_seconds, window.whole_seconds);
        if (report_.options.poll && had < 0.9) {
            line("", "its core was shared: it had {:.0f} % of it", 100 * had);
        }
    }

    void write_faults() {
        const SubscriberCounts& subscribers = report_.subscribers;
        const PublishCounts& publish = report_.publish;
        line("faults", "{} lost, {} duplicated, {} out of order, {} misdirected", report_.lost,
             subscribers.duplicated, subscribers.out_of_order, subscribers.misdirected);
        if (report_.forgotten > 0) {
            line("", "too many holes to remember {}: some late events count as duplicates",
                 report_.forgotten);
        }
        if (subscribers.failed + subscribers.closed > 0) {
            line("", "{} connections failed, {} were closed", subscribers.failed,
                 subscribers.closed);
        }
        if (publish.refused + publish.unanswered + publish.unconnected + report_.unsent > 0) {
            line("", "{} events refused, {} unanswered, {} due and not sent; {} failed to connect",
                 publish.refused, publish.unanswered, report_.unsent, publish.unconnected);
        }
        counts("answers", publish.statuses);
        counts("close codes", subscribers.close_codes);
        counts("pusher:error", subscribers.errors);
        if (report_.stalled) line("", "given up: nothing happened any more");
        if (report_.interrupted) line("", "interrupted");
    }

    void counts(std::string_view name, const std::map<int, std::uint64_t>& by_code) {
        if (by_code.empty()) return;
        std::string text;
        for (const auto& [code, count] : by_code) text += fmt::format("{} × {}  ", code, count);
        line(name, "{}", text);
    }

    const BenchReport& report_;
    std::string out_;
};

}  // namespace

std::string to_text(const BenchReport& report) {
    return TextReport{report}.write();
}

}  // namespace carillon::bench
