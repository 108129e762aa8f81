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
#include "carillon/cluster/script_contract.hpp"
#include "topic_sequence.hpp"
#include "topic_state.hpp"

namespace carillon {

struct Partition;

/// A subscription that waits until Redis has confirmed it.
struct WaitingJoin {
    enum class State : std::uint8_t { unsent, sent, confirmed };

    ShardId from{};
    JoinTicket ticket;
    std::optional<PresenceData> member;
    bool is_repeat = false;  ///< of a subscription that exists: only the answer is wanted again
    State state = State::unsent;
    std::uint64_t operation = 0;  ///< once sent: the partition's operation that carries it
    std::uint64_t sequence = 0;   ///< once confirmed: answered when the topic has reached this
};

/// Of a presence channel: the members that this node has connections of, and its copy of the
/// roster.
struct Presence {
    struct Local {
        std::uint32_t connections = 0;
        bool is_unsent = false;  ///< the step that enters them has not been sent
        bool is_told = false;    ///< as of the topic
        std::optional<std::string> info;
    };
    boost::unordered_map<std::string, Local, StringHash, std::equal_to<>> local;
    boost::unordered_flat_map<SubscriptionKey, std::string> member_of;
    MemberList replica;                ///< changed only by the topic's messages and reads
    std::uint64_t roster_version = 0;  ///< sequence number of the replica's last change
    std::deque<MemberStep> steps;      ///< to be sent
    std::uint32_t members_max = 0;     ///< 0: no limit
};

/// Of a user: the shards of this node that have connections of the user, and those that watch them.
struct UserState {
    struct Waiter {
        ShardId shard;
        std::uint64_t id;  ///< of the sign-in or of the watch, as the shard counts them
    };
    boost::container::small_vector<ShardId, 1> shards;
    std::vector<Waiter> sign_ins;  ///< wait until Redis has confirmed the user
    std::vector<Waiter> watchers;
    bool reported_online = false;  ///< what Redis reported last
    bool online = false;           ///< what watchers know: as reported, or connected to this node
    bool is_known = false;         ///< `online` was determined, and watchers have it
};

/// Of an app whose connections are limited over the cluster: the connections on this node.
struct QuotaState {
    struct Connection {
        ShardId shard{};
        std::uint64_t ticket = 0;
        friend bool operator==(const Connection&, const Connection&) = default;
        friend std::size_t hash_value(const Connection& of) noexcept {
            return hash_value(SubscriptionKey(of.shard, of.ticket));
        }
    };
    std::uint32_t connections_max = 0;
    boost::unordered_flat_set<Connection> admitted;
    std::deque<Connection> waiting;
    std::size_t requested = 0;  ///< of the waiting, how many the operation under way carries
};

/// The last event of a cache channel.
struct LastEvent {
    std::string text;
    TimePoint expires;
    std::uint64_t sequence = 0;  ///< 0: it has no place in the order, or none is known
};

/// A channel, a user or an app's connections, while clients of this node use it: the local state,
/// how much of it Redis has confirmed, and how far this node has followed the topic's messages. One
/// shard. See scripts/lib.lua for the names of topics, docs/cluster-internals.md for the states.
struct Topic {
    struct ShardCount {
        ShardId shard;
        std::uint32_t subscriptions;
    };

    Topic(Partition& in, std::string name, ChannelAddress of)
        : partition(in), key(std::move(name)), channel(std::move(of)) {}

    [[nodiscard]] std::string_view name() const noexcept { return key; }
    [[nodiscard]] bool is_user() const noexcept { return key.front() == 'u'; }
    [[nodiscard]] bool is_presence() const noexcept { return key.front() == 'p'; }
    /// Every message of it from now on reaches this node.
    [[nodiscard]] bool receives_messages() const noexcept {
        if (quota) return true;  // It has none.
        return interest == Interest::live && sequence.is_based();
    }
    /// Subscriptions or connections on this node; of a user, 1 if there is any.
    [[nodiscard]] std::uint32_t local_count() const noexcept {
        if (quota)
            return static_cast<std::uint32_t>(quota->admitted.size() + quota->waiting.size());
        return user && !user->shards.empty() ? 1U : subscriptions;
    }
    /// No client of this node uses it, and Redis has confirmed that.
    [[nodiscard]] bool is_idle() const noexcept {
        return local_count() == 0 && (!user || user->watchers.empty()) && waiting.empty() &&
               sync == Sync::in_sync && acknowledged == 0;
    }

    Partition& partition;
    const std::string key;
    const ChannelAddress channel;  ///< of a user: the name is the user's id

    // Local state.
    boost::container::small_vector<ShardCount, 1> shards;
    std::uint32_t subscriptions = 0;
    bool has_joined = false;  ///< a client has, since the last operation that Redis confirmed
    bool is_cache = false;
    std::unique_ptr<Presence> presence;
    std::unique_ptr<UserState> user;
    std::unique_ptr<QuotaState> quota;
    std::deque<WaitingJoin> waiting;

    // How much of it Redis has.
    Sync sync = Sync::in_sync;
    std::uint32_t acknowledged = 0;      ///< the count that Redis confirmed last
    std::vector<MemberStep> sent_steps;  ///< those of the operation under way
    bool sent_joined = false;            ///< it says that a client has joined
    bool is_resyncing = false;           ///< the resync of its partition waits for it
    bool subscribed_before = false;      ///< webhooks had told of it before a loss
    /// Redis has confirmed a count outside of a recovery: webhooks have told that it is in use.
    bool is_told = false;
    bool is_broken = false;  ///< scripts fail on its keys in Redis

    // Messages.
    Interest interest = Interest::none;
    std::uint64_t ticket = 0;  ///< of the subscription; a read's answer must carry the same
    TopicSequence sequence;
    Reading reading = Reading::idle;
    Replica replica = Replica::current;       ///< of a presence channel only
    std::deque<std::string> queued_messages;  ///< arrived during a read
    std::size_t queued_bytes = 0;
    std::unique_ptr<LastEvent> last_event;
    bool is_event_stale = false;   ///< `last_event` may be wrong: the next read asks for it
    std::uint64_t told_count = 0;  ///< the count that clients were told last; 0: none
    bool is_suspect = false;       ///< Redis has something else than this node: it is being read
};

}  // namespace carillon
