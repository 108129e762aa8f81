#include "topic_sequence.hpp"

#include <algorithm>

namespace carillon {

TopicSequence::Fit TopicSequence::judge(const BusMessage& message) const noexcept {
    if (message.epoch != epoch_) return Fit::missing;
    // The first of a life is behind this node only if Redis has lost the life that the node knows.
    if (message.sequence < last_ && message.first) return Fit::missing;
    if (message.sequence <= last_) return Fit::known;
    const bool fits = message.sequence == last_ + 1 || message.first;
    return fits ? Fit::next : Fit::missing;
}

bool ProducerCounters::mark_applied(std::uint64_t producer, std::uint64_t counter) {
    const auto known = std::ranges::find(all_, producer, &Producer::id);
    if (known != all_.end()) {
        if (counter <= known->counter) return false;
        known->counter = counter;
        return true;
    }
    if (all_.size() == producers_max) all_.erase(all_.begin());
    all_.push_back({producer, counter});
    return true;
}

bool ProducerCounters::has_applied(std::uint64_t producer, std::uint64_t counter) const noexcept {
    const auto known = std::ranges::find(all_, producer, &Producer::id);
    return known != all_.end() && counter <= known->counter;
}

}  // namespace carillon
