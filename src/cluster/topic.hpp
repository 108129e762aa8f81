#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/member_list.hpp"
#include "carillon/channels/presence_roster.hpp"
#include "carillon/channels/shard_message.hpp"
#include "topic_sequence.hpp"

namespace carillon {

struct Partition;

/// A connection that waits for the answer to its join.
struct WaitingJoin {
    enum class State : std::uint8_t { unsent, sent, confirmed };

    ShardId from{};
    JoinTicket ticket;
    std::optional<PresenceData> member;
    bool again = false;  ///< asks for the answer once more
    State state = State::unsent;
    std::uint64_t operation = 0;  ///< once sent: of the partition, the one that carries it
    std::uint64_t number = 0;     ///< of the sequence: answered once the node is there
};

/// A member who came to this node or went, as Redis is to be told.
struct HoldStep {
    bool enters = false;
    std::string user_id;
    std::string info;  ///< "": none
};

/// Of a presence channel: who is on this node, and who is a member of the cluster's channel.
struct Presence {
    struct Local {
        std::uint32_t connections = 0;
        bool is_unsent = false;  ///< that they entered is still among the steps
        std::optional<std::string> info;
    };
    boost::unordered_map<std::string, Local, StringHash, std::equal_to<>> local;
    boost::unordered_flat_map<SubscriptionKey, std::string> member_of;
    MemberList replica;             ///< moved only by the sequence
    std::uint64_t number = 0;       ///< of the replica's last change
    std::deque<HoldStep> steps;     ///< to be told
    std::uint32_t members_max = 0;  ///< 0: no limit
};

/// Of a user: which shards of this node have connections of theirs, and which want to know.
struct UserState {
    struct Waiter {
        ShardId shard;
        std::uint64_t number;
    };
    boost::container::small_vector<ShardId, 1> shards;
    std::vector<Waiter> arriving;  ///< shards that wait until the cluster knows of the user
    std::vector<Waiter> watchers;
    bool said = false;      ///< what Redis says: the user is online
    bool online = false;    ///< what watchers know; on this node nobody need be told by Redis
    bool is_known = false;  ///< `online` is, and watchers have been told
};

/// Of an app whose connections are limited over the cluster: those of this node.
struct QuotaState {
    struct Place {
        ShardId shard{};
        std::uint64_t ticket = 0;
        friend bool operator==(const Place&, const Place&) = default;
        friend std::size_t hash_value(const Place& place) noexcept {
            return hash_value(SubscriptionKey(place.shard, place.ticket));
        }
    };
    std::uint32_t connections_max = 0;
    boost::unordered_flat_set<Place> admitted;
    std::deque<Place> waiting;
    std::size_t asked = 0;  ///< of those who wait, in the operation that is under way
};

/// The last event of a cache channel.
struct LastEvent {
    std::string text;
    TimePoint expires;
};

/// A channel or a user that this node has to do with: what its clients hold of it, what the cluster
/// says of it, and how far it is in both. One shard. See scripts/lib.lua for how topics are named.
struct Topic {
    enum class Interest : std::uint8_t { none, subscribing, live };
    struct ShardCount {
        ShardId shard;
        std::uint32_t subscriptions;
    };

    Topic(Partition& in, std::string name, ChannelAddress of)
        : partition(in), key(std::move(name)), channel(std::move(of)) {}

    [[nodiscard]] std::string_view name() const noexcept { return key; }
    [[nodiscard]] bool is_user() const noexcept { return key.front() == 'u'; }
    [[nodiscard]] bool is_presence() const noexcept { return key.front() == 'p'; }
    /// Whatever is said of it from now on comes to this node.
    [[nodiscard]] bool is_heard() const noexcept {
        if (quota) return true;  // Nothing is.
        return interest == Interest::live && sequence.is_based();
    }
    /// Connections, or the one that stands for all of a user.
    [[nodiscard]] std::uint32_t held() const noexcept {
        if (quota)
            return static_cast<std::uint32_t>(quota->admitted.size() + quota->waiting.size());
        return user && !user->shards.empty() ? 1U : subscriptions;
    }
    /// Nothing on this node has to do with it any more, and Redis knows that.
    [[nodiscard]] bool is_idle() const noexcept {
        return held() == 0 && (!user || user->watchers.empty()) && waiting.empty() && !holding &&
               !hold_wanted && told == 0;
    }

    Partition& partition;
    const std::string key;
    const ChannelAddress channel;  ///< of a user: the name is their id

    // What clients hold.
    boost::container::small_vector<ShardCount, 1> shards;
    std::uint32_t subscriptions = 0;
    bool counted = false;
    bool is_cache = false;
    std::unique_ptr<Presence> presence;
    std::unique_ptr<UserState> user;
    std::unique_ptr<QuotaState> quota;
    std::deque<WaitingJoin> waiting;

    // What Redis knows of that.
    std::uint32_t told = 0;           ///< the last count that it confirmed
    bool hold_wanted = false;         ///< something is to be told
    bool holding = false;             ///< an operation is under way
    bool resyncing = false;           ///< its partition was registered anew, and waits for it
    bool held_before = false;         ///< a loss: it was held then
    bool is_broken = false;           ///< scripts fail on what Redis has of it
    std::deque<HoldStep> sent_steps;  ///< of that operation

    // What the cluster says.
    Interest interest = Interest::none;
    std::uint64_t ticket = 0;  ///< of the subscription, or of the read
    TopicSequence sequence;
    bool reading = false;
    bool read_wanted = false;
    bool members_wanted = false;    ///< the replica does not fit any more
    bool members_asked = false;     ///< the read that is under way wants them
    std::deque<std::string> early;  ///< messages that came during a read
    std::size_t early_bytes = 0;
    std::unique_ptr<LastEvent> last_event;
};

}  // namespace carillon
