#include "bench_run.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "client_publisher.hpp"
#include "clock.hpp"
#include "cores.hpp"
#include "file_limit.hpp"
#include "meter.hpp"
#include "rest_publisher.hpp"

namespace carillon::bench {
namespace {

constexpr double stall_seconds = 5;  // Of silence while something is awaited.
constexpr double linger_seconds = 0.1;

void prepare_process(const BenchOptions& options) {
    const std::uint64_t files = raise_file_limit();
    constexpr std::uint64_t spare = 16;
    if (files < options.subscribers.connections + options.publish.in_flight + spare) {
        throw std::runtime_error(
            fmt::format("the system allows {} open files, too few for the connections", files));
    }
    ::prctl(PR_SET_TIMERSLACK, 1UL);  // A fixed rate wants to be woken when an event is due.
    if (options.cpu) pin_to_core(*options.cpu);
}

std::size_t publisher_count(const PublishOptions& options) {
    return options.by == PublishBy::rest ? options.in_flight : 1;
}

class BenchRun {
public:
    BenchRun(const BenchOptions& options, std::ostream& progress,
             const std::atomic<bool>& interrupted)
        : options_(options),
          progress_(progress),
          interrupted_(interrupted),
          destination_(options.target, options.subscribers.source_addresses),
          loop_(ready_, options.poll),
          log_(publisher_count(options.publish), options.subscribers.channels),
          subscribers_(options.subscribers, options.target, destination_, ready_,
                       publisher_count(options.publish)),
          meter_(options.target.processes, loop_, subscribers_) {
        report_.options = options;
        if (options.publish.by == PublishBy::rest) {
            publisher_ = std::make_unique<RestPublisher>(options.publish, options.target,
                                                         options.subscribers.channels, destination_,
                                                         ready_, subscribers_, log_);
        } else if (options.publish.by == PublishBy::client) {
            publisher_ = std::make_unique<ClientPublisher>(
                options.publish, options.subscribers.channels, subscribers_, log_);
        }
    }

    BenchReport run() {
        report_.resident_before = usage_of(options_.target.processes).resident_bytes;
        connect();
        if (options_.idle_seconds > 0) idle();
        if (publisher_ && subscribers_.counts().subscriptions > 0) {
            if (options_.publish.warm_up_seconds > 0) warm_up();
            measure();
        }
        conclude();
        return std::move(report_);
    }

private:
    /// What has happened so far, as one number that grows.
    [[nodiscard]] std::uint64_t happened() const {
        const SubscriberCounts& subscribers = subscribers_.counts();
        std::uint64_t sum = subscribers.ready + subscribers.failed + subscribers.bytes;
        if (publisher_) sum += publisher_->counts().requests + publisher_->counts().refused;
        return sum;
    }

    /// Turns the loop until `done` or until nothing has happened for so long. True if done.
    template <class Done, class Before>
    bool turn_until(double patience_seconds, Done&& done, Before&& before) {
        std::uint64_t seen = happened();
        last_progress_ns_ = now_ns();
        while (!done()) {
            const std::int64_t until = before();
            loop_.turn(until);
            const std::int64_t now = now_ns();
            if (const std::uint64_t sum = happened(); sum != seen) {
                seen = sum;
                last_progress_ns_ = now;
            } else if (now - last_progress_ns_ > seconds_to_ns(patience_seconds)) {
                return false;
            }
        }
        return true;
    }

    void connect() {
        progress_ << fmt::format("connecting {}\n", options_.subscribers.connections) << std::flush;
        meter_.begin({});
        const bool done = turn_until(
            options_.subscribers.connect_patience_seconds,
            [this] { return subscribers_.opened() || interrupted_; },
            [this] {
                subscribers_.open_more();
                return now_ns() + seconds_to_ns(1);
            });
        report_.stalled = !done;
        report_.connecting = meter_.end({}, last_progress_ns_);
    }

    void idle() {
        progress_ << fmt::format("idling for {} s\n", options_.idle_seconds) << std::flush;
        meter_.begin({});
        const std::int64_t end = now_ns() + seconds_to_ns(options_.idle_seconds);
        turn_until(
            options_.idle_seconds + 1, [this, end] { return now_ns() >= end || interrupted_; },
            [end] { return end; });
        report_.idling = meter_.end({}, now_ns());
    }

    void warm_up() {
        if (interrupted_ || report_.stalled) return;
        progress_ << fmt::format("warming up for {} s\n", options_.publish.warm_up_seconds)
                  << std::flush;
        publish({options_.publish.rate, options_.publish.warm_up_seconds, 0});
    }

    void measure() {
        if (interrupted_ || report_.stalled) return;
        progress_ << "measuring\n" << std::flush;
        publisher_->reset_times();
        meter_.begin(publisher_->counts());
        subscribers_.measure_from(now_ns());
        publish(
            {options_.publish.rate, options_.publish.duration_seconds, options_.publish.events});
        report_.measured = meter_.end(publisher_->counts(), last_progress_ns_);
        linger();
    }

    /// Publishes as scheduled, then waits for the deliveries.
    void publish(const Schedule::Extent& extent) {
        Schedule schedule(extent, now_ns());
        const auto pump = [&] {
            const std::int64_t now = now_ns();
            const std::optional<std::int64_t> again = publisher_->pump(schedule, now);
            if (is_settled()) last_progress_ns_ = now;  // Nothing is awaited but the schedule.
            return again.value_or(now + seconds_to_ns(1));
        };
        const bool sent = turn_until(
            stall_seconds,
            [&] { return schedule.over(now_ns()) || subscribers_.is_gone() || interrupted_; },
            pump);
        if (!sent) report_.stalled = true;
        report_.unsent += schedule.unsent(now_ns());
        turn_until(
            options_.publish.drain_patience_seconds,
            [this] { return is_settled() && !log_.has_doubts(); },
            [] { return now_ns() + seconds_to_ns(1); });
        publisher_->abandon();
    }

    /// A duplicate of the last event may come after all that was expected.
    void linger() {
        const std::int64_t end = now_ns() + seconds_to_ns(linger_seconds);
        turn_until(
            1, [end] { return now_ns() >= end; }, [end] { return end; });
    }

    [[nodiscard]] bool is_settled() const {
        return publisher_->in_flight() == 0 &&
               subscribers_.counts().received >= publisher_->counts().expected;
    }

    void conclude() {
        report_.interrupted = interrupted_;
        report_.subscribers = subscribers_.counts();
        const Subscribers::Missing missing =
            subscribers_.missing(log_, options_.publish.by == PublishBy::client);
        report_.lost = missing.lost;
        report_.forgotten = missing.forgotten;
        report_.connect_times = subscribers_.connect_times();
        report_.latencies = subscribers_.latencies();
        if (!publisher_) return;
        report_.publish = publisher_->counts();
        report_.answer_times = publisher_->answer_times();
        report_.lags = publisher_->lags();
    }

    const BenchOptions& options_;
    std::ostream& progress_;
    const std::atomic<bool>& interrupted_;
    Destination destination_;
    ReadySet ready_;
    PollLoop loop_;
    PublishLog log_;
    Subscribers subscribers_;
    std::unique_ptr<Publisher> publisher_;
    Meter meter_;
    BenchReport report_;
    std::int64_t last_progress_ns_ = 0;
};

}  // namespace

BenchReport run_bench(const BenchOptions& options, std::ostream& progress,
                      const std::atomic<bool>& interrupted) {
    validate(options);
    prepare_process(options);
    return BenchRun(options, progress, interrupted).run();
}

}  // namespace carillon::bench
