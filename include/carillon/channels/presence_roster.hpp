#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/ids.hpp"
#include "carillon/channels/member_list.hpp"
#include "carillon/protocol/presence_data.hpp"

namespace carillon {

/// Identifies a subscription at its channel's home: the shard and the `id` of its `JoinTicket`, in
/// 64 bits. 48 bits for the id last nine years at a million joins per second.
class SubscriptionKey {
public:
    constexpr SubscriptionKey(ShardId shard, std::uint64_t join_id) noexcept
        : shard_and_join_(static_cast<std::uint64_t>(shard) << 48U | join_id) {}

    friend bool operator==(const SubscriptionKey&, const SubscriptionKey&) = default;
    friend std::size_t hash_value(const SubscriptionKey& key) noexcept {
        return static_cast<std::size_t>(key.shard_and_join_ * 0x9e3779b97f4a7c15U);
    }

private:
    std::uint64_t shard_and_join_;
};

/// The members of one presence channel: distinct users, each with one or more connections. A user's
/// `user_info` is that of the first connection. Pure. Source: wire.md 2.6.
class PresenceRoster {
public:
    /// True if the user is a new member, false for a further connection of a member.
    bool add(SubscriptionKey key, const PresenceData& member);

    struct Removal {
        bool was_subscribed = false;                  ///< `key` was in the roster
        std::optional<std::string> departed_user_id;  ///< if this was the user's last connection
    };
    Removal remove(SubscriptionKey key);

    [[nodiscard]] bool has_user(std::string_view user_id) const { return list_.contains(user_id); }
    [[nodiscard]] bool has_subscription(SubscriptionKey key) const {
        return member_of_.contains(key);
    }
    /// Whether the user may join a channel of at most `members_max` members (0: no limit): a
    /// further connection of a member may always. In a cluster sync_topic.lua decides likewise.
    [[nodiscard]] bool has_room_for(std::string_view user_id, std::uint32_t members_max) const {
        return members_max == 0 || list_.size() < members_max || has_user(user_id);
    }
    [[nodiscard]] std::size_t users() const noexcept { return list_.size(); }
    /// As `MemberList::members`.
    [[nodiscard]] std::vector<PresenceData> members(bool with_info) const {
        return list_.members(with_info);
    }

    /// The text of `subscription_succeeded`. Source: wire.md 2.3.
    [[nodiscard]] std::string succeeded(std::string_view channel) const {
        return list_.succeeded(channel);
    }

private:
    MemberList list_;
    boost::unordered_flat_map<SubscriptionKey, MemberList::Entry> member_of_;
};

}  // namespace carillon
