#include "carillon/channels/subscription_set.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

Subscription* SubscriptionSet::find(const EdgeChannel* channel) noexcept {
    if (index_) {
        const auto found = index_->find(channel);
        return found == index_->end() ? nullptr : &all_[found->second];
    }
    const auto found = std::ranges::find(all_, channel, &Subscription::channel);
    return found == all_.end() ? nullptr : &*found;
}

Subscription& SubscriptionSet::add(Subscription subscription) {
    all_.push_back(std::move(subscription));
    if (index_) {
        index_->emplace(all_.back().channel, all_.size() - 1);
    } else if (all_.size() > scanned_max) {
        index_ = std::make_unique<Index>();
        for (std::size_t i = 0; i < all_.size(); ++i) index_->emplace(all_[i].channel, i);
    }
    return all_.back();
}

void SubscriptionSet::remove(const EdgeChannel* channel) {
    Subscription* const found = find(channel);
    if (found == nullptr) return;
    const auto index = static_cast<std::size_t>(found - all_.data());
    if (index_) {
        index_->erase(channel);
        if (index + 1 < all_.size()) (*index_)[all_.back().channel] = index;
    }
    if (index + 1 < all_.size()) *found = std::move(all_.back());
    all_.pop_back();
    if (all_.size() <= scanned_max / 2) index_.reset();
}

}  // namespace carillon
