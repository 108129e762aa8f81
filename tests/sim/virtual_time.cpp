#include "virtual_time.hpp"

#include <algorithm>
#include <utility>

namespace carillon::sim {

void VirtualTime::at(TimePoint when, Work event) {
    queue_.push({std::max(when, now_), ++planned_, std::move(event)});
}

void VirtualTime::run_until(TimePoint end) {
    while (!queue_.empty() && queue_.top().when <= end) {
        // The queue gives no way to move out of it; what is popped next is not looked at.
        auto event = std::move(const_cast<Planned&>(queue_.top()).event);
        now_ = queue_.top().when;
        queue_.pop();
        ++events_;
        event();
    }
    now_ = end;
}

}  // namespace carillon::sim
