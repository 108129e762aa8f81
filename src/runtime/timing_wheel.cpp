#include "carillon/runtime/timing_wheel.hpp"

#include <algorithm>

namespace carillon {

void TimingWheel::schedule(Timeout& timeout, TimePoint when) {
    timeout.cancel();
    const auto wait = std::max(when - start_, Duration::zero());
    const auto due = static_cast<std::uint64_t>((wait + tick - Duration{1}) / tick);
    timeout.due_tick_ = std::max(due, current_tick_ + 1);
    slots_[timeout.due_tick_ % slot_count].push_back(timeout);
}

void TimingWheel::advance(TimePoint now) {
    const auto target = static_cast<std::uint64_t>(std::max(now - start_, Duration::zero()) / tick);
    if (target <= current_tick_) return;
    // After a long pause one revolution visits every slot.
    const std::uint64_t first =
        std::max(current_tick_ + 1, target >= slot_count ? target - slot_count + 1 : 0);
    current_tick_ = target;
    for (std::uint64_t at = first; at <= target; ++at) fire(slots_[at % slot_count], now);
}

void TimingWheel::fire(Slot& slot, TimePoint now) {
    Slot taken;
    taken.swap(slot);
    while (!taken.empty()) {
        Timeout& timeout = taken.front();
        taken.pop_front();
        if (timeout.due_tick_ > current_tick_) {
            slot.push_back(timeout);
        } else {
            timeout.on_timeout(now);
        }
    }
}

bool TimingWheel::empty() const noexcept {
    return std::ranges::all_of(slots_, [](const Slot& slot) { return slot.empty(); });
}

}  // namespace carillon
