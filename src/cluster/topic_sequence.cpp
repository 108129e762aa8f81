#include "topic_sequence.hpp"

#include <algorithm>

namespace carillon {

TopicSequence::Fit TopicSequence::judge(const BusMessage& message) const noexcept {
    if (message.epoch != epoch_) return Fit::missing;
    if (message.number <= number_) return Fit::known;
    const bool fits = message.number == number_ + 1 || message.first;
    return fits ? Fit::next : Fit::missing;
}

bool TopicSequence::hear(std::uint64_t speaker, std::uint64_t counter) {
    const auto known = std::ranges::find(speakers_, speaker, &Speaker::id);
    if (known != speakers_.end()) {
        if (counter <= known->counter) return false;
        known->counter = counter;
        return true;
    }
    if (speakers_.size() == speakers_max) speakers_.erase(speakers_.begin());
    speakers_.push_back({speaker, counter});
    return true;
}

bool TopicSequence::has_heard(std::uint64_t speaker, std::uint64_t counter) const noexcept {
    const auto known = std::ranges::find(speakers_, speaker, &Speaker::id);
    return known != speakers_.end() && counter <= known->counter;
}

}  // namespace carillon
