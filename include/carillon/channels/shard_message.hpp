#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "carillon/base/ids.hpp"
#include "carillon/base/result.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/event_cache.hpp"
#include "carillon/protocol/presence_data.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// A channel of an app: what state is kept under, on every shard.
struct ChannelAddress {
    AppIndex app{};
    std::string name;

    friend bool operator==(const ChannelAddress&, const ChannelAddress&) = default;
};

/// A user of an app, by the id of their sign-in.
struct UserAddress {
    AppIndex app{};
    std::string id;

    friend bool operator==(const UserAddress&, const UserAddress&) = default;
};

/// Which connection of the sending shard a join is for. The ticket is unique on that shard for as
/// long as it runs, so an answer to a join that was undone finds nobody.
struct JoinTicket {
    std::uint32_t slot = 0;  ///< in the shard's connection table
    std::uint64_t id = 0;

    friend bool operator==(const JoinTicket&, const JoinTicket&) = default;
};

/// Edge → home: a connection subscribes. The home needs no configuration: what it has to know of
/// the app's comes along.
struct Join {
    ChannelAddress channel;
    JoinTicket ticket;
    SocketId socket_id;
    std::optional<PresenceData> member;      ///< on presence channels
    std::uint32_t presence_members_max = 0;  ///< 0: no limit
    bool wants_count = false;                ///< subscribers are told how many they are
    bool is_repeat = false;  ///< it holds the channel already and only wants the answer once more
};

/// Home → edge: what became of a join.
struct JoinAnswer {
    ChannelAddress channel;
    JoinTicket ticket;
    std::optional<Error> refusal;
    std::string succeeded;  ///< text of `subscription_succeeded`, if not refused
    std::string cached;     ///< on cache channels: the message that follows it
    bool is_repeat = false;
};

/// Edge → home: a connection is gone from a channel. Also undoes a join whose answer is still under
/// way.
struct Leave {
    ChannelAddress channel;
    JoinTicket ticket;
    bool wants_count = false;
};

/// Edge → home: an event for all subscribers; `text` is the finished message.
struct Publish {
    ChannelAddress channel;
    std::string text;
    SocketId excluded;  ///< gets nothing; {0, 0}: everybody does
    TimePoint accepted{};
    std::optional<CacheRule> cache;  ///< on cache channels
    std::uint64_t receipt = 0;       ///< 0: whoever publishes does not wait for an answer
};

/// Home → edge: the event is safe, or delivered on this node and kept for the others.
struct PublishAnswer {
    std::uint64_t receipt = 0;
};

/// Edge → home: the same, from a subscriber, if it is one.
struct ClientEvent {
    ChannelAddress channel;
    JoinTicket sender;
    SocketId socket_id;
    std::string text;
    TimePoint accepted{};
    std::string webhook;  ///< what backends are told of it; "": nothing
};

/// Home → edge: the sender of a client event is no subscriber.
struct ClientEventRefused {
    std::uint32_t slot = 0;
    SocketId socket_id;  ///< the slot in the table may be another's by now
};

/// Home → each shard with subscribers: to be fanned out there.
struct Deliver {
    ChannelAddress channel;
    std::string text;
    SocketId excluded;
    /// When the event reached the server; what the domain itself says has none, and what comes from
    /// another node.
    TimePoint accepted{};
    std::string excluded_user = {};  ///< a member who is not told of their own coming and going
};

/// Edge → home: the shard has a connection of the user, and has none any more. `sign_in_id` tells
/// one such time from an earlier one.
struct SignIn {
    UserAddress user;
    std::uint64_t sign_in_id = 0;
};
struct SignOut {
    UserAddress user;
};

/// Home → edge, in a cluster: all nodes see that the user is online, and can reach them.
struct SignedIn {
    UserAddress user;
    std::uint64_t sign_in_id = 0;
};

/// Edge → home: the shard wants to know whether the user is online, from now on and whenever that
/// changes, or no longer. `watch_id` tells one such wish from an earlier one.
struct Watch {
    UserAddress user;
    std::uint64_t watch_id = 0;
};
struct Unwatch {
    UserAddress user;
};

/// Home → edges that watch.
struct UserStatus {
    UserAddress user;
    std::uint64_t watch_id = 0;
    bool online = false;
};

/// Any shard → home → shards that have connections of the user: these are closed.
struct TerminateUser {
    UserAddress user;
};
struct CloseUser {
    UserAddress user;
};

/// A cache channel's last event.
struct CachedEvent {
    std::string text;  ///< the finished message
    Duration expires_in{};
};

/// What REST asks about one channel. `users` counts distinct presence members.
struct ChannelSummary {
    std::string name;
    std::uint32_t subscriptions = 0;
    std::uint32_t users = 0;
    bool presence = false;
    std::optional<CachedEvent> cached;  ///< if it was asked for, and there is one
};

/// Edge → homes: a REST query.
struct ChannelQuery {
    enum class Kind : std::uint8_t { by_prefix, by_name, users };

    std::uint64_t query_id = 0;
    AppIndex app{};
    Kind kind = Kind::by_prefix;
    std::string prefix;
    std::vector<std::string> names;  ///< by_name: all homed there; users: exactly one
    bool cached = false;             ///< by_name: with their last events
};

struct ChannelAnswer {
    std::uint64_t query_id = 0;
    std::vector<ChannelSummary>
        channels;  ///< by_prefix: the occupied ones; by_name: each that was asked
    std::vector<std::string> users;
};

/// Edge → the home of an app's connections, in a cluster: one more wants to be admitted; it is
/// over.
struct AdmitConnection {
    AppIndex app{};
    std::uint64_t ticket = 0;
    std::uint32_t connections_max = 0;
};
struct ReleaseConnection {
    AppIndex app{};
    std::uint64_t ticket = 0;
};

/// Home → edge.
struct ConnectionAnswer {
    std::uint64_t ticket = 0;
    bool admitted = false;
};

/// Everything that shards say to each other about channels and users. Values only: a message owns
/// what it holds.
using ShardMessage = std::variant<Join, JoinAnswer, Leave, Publish, ClientEvent, ClientEventRefused,
                                  Deliver, PublishAnswer, ChannelQuery, ChannelAnswer, SignIn,
                                  SignedIn, SignOut, Watch, Unwatch, UserStatus, TerminateUser,
                                  CloseUser, AdmitConnection, ReleaseConnection, ConnectionAnswer>;

/// Bytes that a message occupies, nearly: what bounds an inbox.
[[nodiscard]] std::size_t message_bytes(const ShardMessage& message) noexcept;

}  // namespace carillon
