#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/protocol/presence_data.hpp"

namespace carillon {

/// A subscription as its channel's home knows it: which shard, and the ticket's number there.
/// 48 bits are enough for the tickets of a shard: a million a second for nine years.
class SubscriptionKey {
public:
    constexpr SubscriptionKey(ShardId shard, std::uint64_t ticket) noexcept
        : shard_and_ticket_(static_cast<std::uint64_t>(shard) << 48U | ticket) {}

    friend bool operator==(const SubscriptionKey&, const SubscriptionKey&) = default;
    friend std::size_t hash_value(const SubscriptionKey& key) noexcept {
        return static_cast<std::size_t>(key.shard_and_ticket_ * 0x9e3779b97f4a7c15U);
    }

private:
    std::uint64_t shard_and_ticket_;
};

/// The members of one presence channel: distinct users, each with any number of connections.
/// Everyone keeps the `user_info` that a user first came with. The list is kept as the text that
/// joiners get, amended as members come and go: a join encodes one member, and copies the others.
/// Pure. Source: protocol.md 2.6.
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
        return member_of_.contains(key);
    }
    [[nodiscard]] std::size_t users() const noexcept { return members_.size(); }
    [[nodiscard]] std::vector<std::string> user_ids() const;

    /// The text of `subscription_succeeded`. Source: protocol.md 2.3.
    [[nodiscard]] std::string succeeded(std::string_view channel) const;

private:
    struct Member {
        std::uint32_t connections = 0;
        std::uint32_t place = 0;  ///< in `places_`
        /// The parts of the texts, each with a comma in front.
        std::uint32_t id_bytes = 0;
        std::uint32_t hash_bytes = 0;
    };
    using Members = boost::unordered_map<std::string, Member, StringHash, std::equal_to<>>;

    void append(Members::value_type& member, const std::optional<std::string>& user_info);
    void erase(const Member& member);

    Members members_;
    boost::unordered_flat_map<SubscriptionKey, Members::pointer> member_of_;
    std::vector<Members::pointer> places_;  ///< in the order of the texts
    std::string ids_;
    std::string hash_;
};

}  // namespace carillon
