#include "schedule.hpp"

#include <algorithm>
#include <cmath>

#include "clock.hpp"

namespace carillon::bench {

Schedule::Schedule(const Extent& extent, std::int64_t start_ns)
    : rate_(extent.rate), start_ns_(start_ns), total_(extent.events) {
    if (total_ > 0) {
        end_ns_ = rate_ > 0 ? due_at(total_) : std::numeric_limits<std::int64_t>::max();
        return;
    }
    end_ns_ = start_ns + seconds_to_ns(extent.seconds);
    total_ = rate_ > 0 ? static_cast<std::uint64_t>(std::llround(rate_ * extent.seconds)) : endless;
}

std::uint64_t Schedule::due(std::int64_t now_ns) const noexcept {
    if (rate_ == 0) return now_ns < end_ns_ ? remaining() : 0;
    if (now_ns < start_ns_) return 0;
    const double elapsed = ns_to_seconds(now_ns - start_ns_);
    auto begun = static_cast<std::uint64_t>(elapsed * rate_) + 1;
    while (begun > 0 && due_at(begun - 1) > now_ns) --begun;
    while (due_at(begun) <= now_ns) ++begun;  // Both for rounding, once at most.
    return std::max(std::min(begun, total_), taken_) - taken_;
}

std::int64_t Schedule::take(std::int64_t now_ns) noexcept {
    const std::uint64_t event = taken_++;
    return rate_ == 0 ? now_ns : due_at(event);
}

std::optional<std::int64_t> Schedule::when_due(std::uint64_t events) const noexcept {
    if (rate_ == 0) return std::nullopt;
    return due_at(taken_ + events - 1);
}

bool Schedule::over(std::int64_t now_ns) const noexcept {
    if (taken_ == total_) return true;
    return now_ns >= end_ns_ && (rate_ == 0 || now_ns - end_ns_ >= overrun_ns);
}

std::int64_t Schedule::due_at(std::uint64_t event) const noexcept {
    return start_ns_ + static_cast<std::int64_t>(static_cast<double>(event) * 1e9 / rate_);
}

}  // namespace carillon::bench
