#include "carillon/channels/connection_set.hpp"

#include <algorithm>

namespace carillon {

std::size_t ConnectionSet::index_of(const Connection* connection) const {
    if (index_) {
        const auto found = index_->find(connection);
        return found == index_->end() ? all_.size() : found->second;
    }
    return static_cast<std::size_t>(std::ranges::find(all_, connection) - all_.begin());
}

void ConnectionSet::insert(Connection* connection) {
    if (index_of(connection) < all_.size()) return;
    all_.push_back(connection);
    if (index_) {
        index_->emplace(connection, all_.size() - 1);
    } else if (all_.size() > scanned_max) {
        index_ = std::make_unique<Index>();
        for (std::size_t i = 0; i < all_.size(); ++i) index_->emplace(all_[i], i);
    }
}

void ConnectionSet::erase(Connection* connection) {
    const std::size_t index = index_of(connection);
    if (index == all_.size()) return;
    Connection* const last = all_.back();
    all_[index] = last;
    all_.pop_back();
    if (index_) {
        (*index_)[last] = index;
        index_->erase(connection);
    }
    if (all_.size() <= scanned_max / 2) index_.reset();
}

}  // namespace carillon
