#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "latency_histogram.hpp"
#include "schedule.hpp"

namespace carillon::bench {

/// What was published, added up since the start.
struct PublishCounts {
    std::uint64_t events = 0;       ///< that the server took (client events: that were sent)
    std::uint64_t requests = 0;     ///< answered with success
    std::uint64_t expected = 0;     ///< deliveries of those events
    std::uint64_t refused = 0;      ///< events in requests with another answer
    std::uint64_t unanswered = 0;   ///< events in requests that nothing came back for
    std::uint64_t unconnected = 0;  ///< attempts to connect that failed
    std::uint64_t bytes = 0;
    std::map<int, std::uint64_t> statuses;
};

/// Sends what a schedule says is due.
class Publisher {
public:
    virtual ~Publisher() = default;

    /// Sends as much of what is due as may be in flight. Returns when it has to be called again, at
    /// the latest and if no answer comes before; nullopt: only an answer helps.
    virtual std::optional<std::int64_t> pump(Schedule& schedule, std::int64_t now_ns) = 0;
    /// Requests that wait for an answer.
    [[nodiscard]] virtual std::size_t in_flight() const noexcept = 0;
    /// Gives up on what is in flight.
    virtual void abandon() = 0;

    /// Forgets the times, not the counts: a new window begins.
    void reset_times() {
        answer_times_ = {};
        lags_ = {};
    }

    [[nodiscard]] const PublishCounts& counts() const noexcept { return counts_; }
    /// From when the oldest event of a request was due until its answer.
    [[nodiscard]] const LatencyHistogram& answer_times() const noexcept { return answer_times_; }
    /// From when an event was due until it was sent.
    [[nodiscard]] const LatencyHistogram& lags() const noexcept { return lags_; }

protected:
    PublishCounts counts_;
    LatencyHistogram answer_times_;
    LatencyHistogram lags_;
};

}  // namespace carillon::bench
