#include <nlohmann/json.hpp>

#include "bench_report.hpp"
#include "clock.hpp"
#include "options_json.hpp"

namespace carillon::bench {
namespace {

using Json = nlohmann::ordered_json;

double per(double amount, std::uint64_t count) {
    return count > 0 ? amount / static_cast<double>(count) : 0;
}

Json of(const LatencyHistogram& times) {
    const auto us = [&times](double percent) {
        return static_cast<double>(times.percentile(percent)) / 1000;
    };
    return {{"count", times.count()}, {"p50", us(50)},     {"p90", us(90)},
            {"p99", us(99)},          {"p99_9", us(99.9)}, {"max", us(100)}};
}

Json of(const std::map<int, std::uint64_t>& by_code) {
    Json json = Json::object();
    for (const auto& [code, count] : by_code) json[std::to_string(code)] = count;
    return json;
}

Json of(const BenchWindow& window) {
    const double server_us = static_cast<double>(window.server.cpu_ns) / 1000;
    return {{"seconds", window.seconds},
            {"whole_seconds", window.whole_seconds},
            {"events", window.events},
            {"requests", window.requests},
            {"deliveries", window.deliveries},
            {"events_per_second",
             window.seconds > 0 ? static_cast<double>(window.events) / window.seconds : 0},
            {"deliveries_per_second",
             window.seconds > 0 ? static_cast<double>(window.deliveries) / window.seconds : 0},
            {"bytes_received", window.bytes_received},
            {"bytes_sent", window.bytes_sent},
            {"server_cpu_seconds", ns_to_seconds(window.server.cpu_ns)},
            {"server_user_seconds", ns_to_seconds(window.server.user_ns)},
            {"server_system_seconds", ns_to_seconds(window.server.system_ns)},
            {"server_us_per_delivery", per(server_us, window.deliveries)},
            {"server_us_per_event", per(server_us, window.events)},
            {"server_resident_bytes", window.server.resident_bytes},
            {"generator_cpu_seconds", window.own_cpu_seconds},
            {"machine_cpu_seconds", ns_to_seconds(window.machine_cpu_ns)},
            {"polls", window.polls.polls},
            {"empty_polls", window.polls.empty_polls},
            {"idle_seconds", ns_to_seconds(window.polls.idle_ns)}};
}

Json connecting(const BenchReport& report) {
    const BenchWindow& window = report.connecting;
    const SubscriberCounts& subscribers = report.subscribers;
    const BenchWindow& settled = report.options.idle_seconds > 0 ? report.idling : window;
    const auto grown = static_cast<double>(settled.server.resident_bytes - report.resident_before);
    return {{"seconds", window.seconds},
            {"ready", subscribers.ready},
            {"failed", subscribers.failed},
            {"subscriptions", subscribers.subscriptions},
            {"connections_per_second", window.seconds > 0 ? subscribers.ready / window.seconds : 0},
            {"times_us", of(report.connect_times)},
            {"server_cpu_seconds", ns_to_seconds(window.server.cpu_ns)},
            {"server_resident_bytes_before", report.resident_before},
            {"server_resident_bytes_after", settled.server.resident_bytes},
            {"server_resident_bytes_per_connection", per(grown, subscribers.ready)}};
}

}  // namespace

std::string to_json(const BenchReport& report) {
    const SubscriberCounts& subscribers = report.subscribers;
    const PublishCounts& publish = report.publish;
    Json measured = of(report.measured);
    measured["latency_us"] = of(report.latencies);
    measured["answer_us"] = of(report.answer_times);
    measured["sent_late_us"] = of(report.lags);
    measured["generator_load"] = report.own_load();
    measured["generator_bound"] = report.generator_bound();
    const Json json = {{"options", to_json(report.options)},
                       {"clean", report.is_clean()},
                       {"stalled", report.stalled},
                       {"interrupted", report.interrupted},
                       {"connecting", connecting(report)},
                       {"measured", std::move(measured)},
                       {"faults",
                        {{"lost", report.lost},
                         {"duplicated", subscribers.duplicated},
                         {"out_of_order", subscribers.out_of_order},
                         {"misdirected", subscribers.misdirected},
                         {"forgotten_holes", report.forgotten},
                         {"connections_closed", subscribers.closed},
                         {"events_refused", publish.refused},
                         {"events_unanswered", publish.unanswered},
                         {"events_unsent", report.unsent},
                         {"connects_failed", publish.unconnected},
                         {"statuses", of(publish.statuses)},
                         {"close_codes", of(subscribers.close_codes)},
                         {"errors", of(subscribers.errors)}}}};
    return json.dump(2) + '\n';
}

}  // namespace carillon::bench
