#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

struct EdgeChannel;

/// One subscription of a connection, from `pusher:subscribe` on.
struct Subscription {
    static constexpr std::uint32_t joining = UINT32_MAX;

    EdgeChannel* channel = nullptr;
    std::uint64_t join_id = 0;  ///< as in the `JoinTicket`
    std::uint32_t index =
        joining;  ///< in the channel's subscriber list, once the home has answered
    std::unique_ptr<std::string> user_id;  ///< on presence channels
};

/// The subscriptions of one connection. A few, the common case, are scanned, which is fastest; many
/// are indexed, so that no client can make its messages more expensive with each subscription.
/// Returned pointers and references are valid until the next `add` or `remove`.
class SubscriptionSet {
public:
    /// Null if there is none.
    [[nodiscard]] Subscription* find(const EdgeChannel* channel) noexcept;
    Subscription& add(Subscription subscription);
    void remove(const EdgeChannel* channel);

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] Subscription& back() noexcept { return all_.back(); }

private:
    using Index = boost::unordered_flat_map<const EdgeChannel*, std::size_t>;  // Never iterated.
    static constexpr std::size_t scanned_max = 32;

    std::vector<Subscription> all_;
    std::unique_ptr<Index> index_;  ///< only above `scanned_max`
};

}  // namespace carillon
