#pragma once

#include "bench_report.hpp"

namespace carillon::bench {

/// Takes the difference of every count between the beginning and the end of a window.
class Meter {
public:
    Meter(const std::vector<pid_t>& processes, const PollLoop& loop, const Subscribers& subscribers)
        : processes_(processes), loop_(loop), subscribers_(subscribers) {}

    void begin(const PublishCounts& published);
    /// `last_ns`: when the last thing happened.
    [[nodiscard]] BenchWindow end(const PublishCounts& published, std::int64_t last_ns) const;

private:
    struct Reading {
        std::int64_t at_ns = 0;
        std::int64_t own_cpu_ns = 0;
        std::int64_t machine_cpu_ns = 0;
        ProcessUsage server;
        PollCounts polls;
        std::uint64_t events = 0, requests = 0, deliveries = 0, bytes_received = 0, bytes_sent = 0;
    };

    [[nodiscard]] Reading read(const PublishCounts& published) const;

    std::vector<pid_t> processes_;
    const PollLoop& loop_;
    const Subscribers& subscribers_;
    Reading begin_;
};

}  // namespace carillon::bench
