#pragma once

#include <algorithm>
#include <chrono>

#include "carillon/base/time.hpp"

namespace carillon {

/// How long a turn handles input before it ends with a flush: as long as its flush is expected to
/// take, judging by the last two. A shard that always has work ready thus spends at most half of
/// its time on flushes, however slow the machine and however large the channels
/// (docs/decisions/0010). Pure.
class TurnLength {
public:
    /// A turn of this length delays nothing noticeably; in shorter ones the fixed costs would show.
    static constexpr Duration intake_min = std::chrono::microseconds(500);
    /// After this time a flush is interrupted and continues in the next turn: other input waits no
    /// longer than that, however many connections have something to send (docs/decisions/0014).
    static constexpr Duration flush_max = std::chrono::milliseconds(10);
    static constexpr Duration intake_max = flush_max;

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
