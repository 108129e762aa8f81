#pragma once

#include <algorithm>
#include <chrono>

#include "carillon/base/time.hpp"

namespace carillon {

/// For how long a turn takes in work before it ends with a flush: as long as its flush will take,
/// as far as the last ones tell. So a shard that always has work ready flushes for at most half of
/// its time, however slow its machine and large its channels, and what waits is at most twice as
/// late as the flush alone makes it (docs/decisions/0010). Pure.
class TurnLength {
public:
    /// Below it a turn is short enough for everybody, and its fixed costs begin to show.
    static constexpr Duration intake_min = std::chrono::microseconds(500);
    /// A flush of more than this serves so many sockets that gathering more is no help to others.
    static constexpr Duration intake_max = std::chrono::milliseconds(50);

    /// `flush`: how long the end of a turn took. Of the last two the shorter counts: one that the
    /// machine interrupted does not stretch the next turn.
    void add(Duration flush) noexcept {
        before_ = last_;
        last_ = flush;
    }

    [[nodiscard]] Duration intake() const noexcept {
        return std::clamp(std::min(before_, last_), intake_min, intake_max);
    }

private:
    Duration before_{};
    Duration last_{};
};

}  // namespace carillon
