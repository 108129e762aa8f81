#pragma once

#include <cstdint>
#include <string>

#include "bench_options.hpp"
#include "poll_loop.hpp"
#include "process_usage.hpp"
#include "publisher.hpp"
#include "subscribers.hpp"

namespace carillon::bench {

/// What happened in one window of a run.
struct BenchWindow {
    double seconds = 0;  ///< until the last thing happened; waits for what never came are not in it
    double whole_seconds = 0;  ///< those waits included
    ProcessUsage server;       ///< used in it, except `resident_bytes`: at its end
    double own_cpu_seconds = 0;
    std::int64_t machine_cpu_ns = 0;  ///< of all that ran on the machine, the generator included
    PollCounts polls;
    std::uint64_t events = 0;
    std::uint64_t requests = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
};

struct BenchReport {
    BenchOptions options;
    bool stalled = false;      ///< given up because nothing happened any more
    bool interrupted = false;  ///< by the user

    std::int64_t resident_before = 0;
    BenchWindow connecting;
    BenchWindow idling;
    BenchWindow measured;

    SubscriberCounts subscribers;
    PublishCounts publish;
    std::uint64_t unsent = 0;  ///< due at the fixed rate, and never sent
    std::uint64_t lost = 0;
    std::uint64_t forgotten = 0;

    LatencyHistogram connect_times;
    LatencyHistogram latencies;
    LatencyHistogram answer_times;
    LatencyHistogram lags;

    /// Everybody connected, everything was taken and came exactly once and in order.
    [[nodiscard]] bool is_clean() const noexcept;
    /// How much of the window the generator was busy: 0 to 1. Of wall time, so when polling it also
    /// counts what other programs took from its core.
    [[nodiscard]] double own_load() const noexcept;
    /// The generator hardly had time to wait: the server could do more.
    [[nodiscard]] bool generator_bound() const noexcept {
        return measured.deliveries > 0 && own_load() >= 0.9;
    }
};

[[nodiscard]] std::string to_text(const BenchReport& report);
[[nodiscard]] std::string to_json(const BenchReport& report);

}  // namespace carillon::bench
