#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/protocol/presence_data.hpp"

namespace carillon {

/// A subscription as its channel's home knows it: which shard, and the ticket's number there.
struct SubscriptionKey {
    ShardId shard{};
    std::uint64_t ticket = 0;

    friend bool operator==(const SubscriptionKey&, const SubscriptionKey&) = default;
    friend std::size_t hash_value(const SubscriptionKey& key) noexcept {
        return static_cast<std::size_t>(key.ticket * 0x9e3779b97f4a7c15U +
                                        static_cast<std::size_t>(key.shard));
    }
};

/// The members of one presence channel: distinct users, each with any number of connections.
/// Everyone keeps the `user_info` that a user first came with. Pure. Source: protocol.md 2.6.
class PresenceRoster {
public:
    /// True if the user is new, and not merely on a further connection.
    bool add(SubscriptionKey key, const PresenceData& member);

    struct Removal {
        bool known = false;                  ///< the subscription was in the roster
        std::optional<std::string> gone_id;  ///< the user, if this was the last connection
    };
    Removal remove(SubscriptionKey key);

    [[nodiscard]] bool has_user(std::string_view user_id) const {
        return members_.contains(user_id);
    }
    [[nodiscard]] bool has_subscription(SubscriptionKey key) const {
        return user_of_.contains(key);
    }
    [[nodiscard]] std::size_t users() const noexcept { return members_.size(); }
    [[nodiscard]] std::vector<std::string> user_ids() const;

    /// `{"presence":{"count":…,"ids":[…],"hash":{…}}}`. Source: protocol.md 2.3.
    [[nodiscard]] std::string json() const;

private:
    struct Member {
        std::optional<std::string> user_info;
        std::uint32_t connections = 0;
    };

    boost::unordered_flat_map<std::string, Member, StringHash, std::equal_to<>> members_;
    boost::unordered_flat_map<SubscriptionKey, std::string> user_of_;
};

}  // namespace carillon
