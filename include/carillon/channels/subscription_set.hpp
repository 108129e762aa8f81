#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

struct EdgeChannel;

/// One connection's hold on one channel, from `pusher:subscribe` on.
struct Subscription {
    static constexpr std::uint32_t joining = UINT32_MAX;

    EdgeChannel* channel = nullptr;
    std::uint64_t join_id = 0;
    std::uint32_t index = joining;  ///< in the channel's list; not in it before home's answer
    std::unique_ptr<std::string> user_id;  ///< on presence channels
};

/// The subscriptions of one connection. Most hold a few, which a scan finds fastest; many are
/// indexed, so that nobody can make each of their messages cost more than the one before.
class SubscriptionSet {
public:
    [[nodiscard]] Subscription* find(const EdgeChannel* channel) noexcept;
    Subscription& add(Subscription subscription);
    void remove(const EdgeChannel* channel);

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] Subscription& back() noexcept { return all_.back(); }

private:
    using Index = boost::unordered_flat_map<const EdgeChannel*, std::size_t>;
    static constexpr std::size_t scanned_max = 32;

    std::vector<Subscription> all_;
    std::unique_ptr<Index> index_;  ///< only above `scanned_max`
};

}  // namespace carillon
