#pragma once

#include <cstdint>

#include "ready_set.hpp"

namespace carillon::bench {

/// How the generator spent its time.
struct PollCounts {
    std::uint64_t polls = 0;
    std::uint64_t empty_polls = 0;  ///< that found nothing to do
    std::int64_t idle_ns = 0;       ///< spent in those
};

/// Waits for sockets and serves them; counts what there was to do. With `busy` it never sleeps: no
/// wake-up, which costs the server time and the deliveries latency.
class PollLoop {
public:
    PollLoop(ReadySet& ready, bool busy) : ready_(ready), busy_(busy) {}

    /// Serves what is ready; waits for it until `until_ns` at most, and never long.
    void turn(std::int64_t until_ns);

    [[nodiscard]] const PollCounts& counts() const noexcept { return counts_; }

private:
    ReadySet& ready_;
    bool busy_;
    PollCounts counts_;
};

}  // namespace carillon::bench
