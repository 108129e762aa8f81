#include "topic_sequence.hpp"

#include <algorithm>

namespace carillon {

TopicSequence::Fit TopicSequence::judge(const BusMessage& message) const noexcept {
    if (message.epoch != epoch_) return Fit::missing;
    if (message.number <= number_) return Fit::known;
    const bool fits = message.number == number_ + 1 || message.first;
    return fits ? Fit::next : Fit::missing;
}

bool Speakers::hear(std::uint64_t speaker, std::uint64_t counter) {
    const auto known = std::ranges::find(all_, speaker, &Speaker::id);
    if (known != all_.end()) {
        if (counter <= known->counter) return false;
        known->counter = counter;
        return true;
    }
    if (all_.size() == speakers_max) all_.erase(all_.begin());
    all_.push_back({speaker, counter});
    return true;
}

bool Speakers::has_heard(std::uint64_t speaker, std::uint64_t counter) const noexcept {
    const auto known = std::ranges::find(all_, speaker, &Speaker::id);
    return known != all_.end() && counter <= known->counter;
}

}  // namespace carillon
