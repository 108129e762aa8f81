#pragma once

#include <algorithm>
#include <chrono>

#include "carillon/base/time.hpp"

namespace carillon {

/// How long a turn handles input before it ends with a flush: as long as its flush is expected to
/// take, judging by the last two. A shard that always has work ready thus spends at most half of
/// its time on flushes, however slow the machine and however large the channels, and input waits at
/// most twice as long as the flush alone would make it wait (docs/decisions/0010). Pure.
class TurnLength {
public:
    /// A turn of this length delays nothing noticeably; in shorter ones the fixed costs would show.
    static constexpr Duration intake_min = std::chrono::microseconds(500);
    /// A longer flush serves so many sockets that gathering more input would not make it cheaper.
    static constexpr Duration intake_max = std::chrono::milliseconds(50);

    /// `flush`: duration of the end of a turn. The shorter of the last two counts, so that one that
    /// the machine interrupted does not make the next turn longer.
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
