#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

// The messages between an edge, the shard that accepted a connection, and a home, the shard that
// decides about a channel, a user or an app's connections. Requests go to a home, notices to an
// edge. A message is a value and owns its content. Each struct gives the bytes of that content,
// which bound the receiver's inbox.

namespace carillon {

/// A channel of an app: the key of its state on every shard.
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

/// Identifies a join of the edge that sent it. `id` is unique on that shard for the life of the
/// process, so the answer to a join that was undone matches no subscription.
struct JoinTicket {
    std::uint32_t slot = 0;  ///< of the connection, in the shard's connection table
    std::uint64_t id = 0;

    friend bool operator==(const JoinTicket&, const JoinTicket&) = default;
};

// Channels: requests.

/// A connection subscribes. Homes have no configuration: the app's limits come with the request.
struct Join {
    ChannelAddress channel;
    JoinTicket ticket;
    SocketId socket_id;
    std::optional<PresenceData> member;      ///< on presence channels
    std::uint32_t presence_members_max = 0;  ///< 0: no limit
    bool wants_count = false;  ///< subscribers of the channel receive subscription counts
    bool is_repeat = false;    ///< the connection is subscribed already and expects another answer

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        std::size_t bytes = channel.name.size();
        if (member) bytes += member->user_id.size();
        if (member && member->user_info) bytes += member->user_info->size();
        return bytes;
    }
};

/// A connection unsubscribes or is closed. Also undoes a join that has not been answered yet.
struct Leave {
    ChannelAddress channel;
    JoinTicket ticket;
    bool wants_count = false;  ///< as in the `Join`

    [[nodiscard]] std::size_t content_bytes() const noexcept { return channel.name.size(); }
};

/// An event from a backend for all subscribers; `text` is the finished message.
struct Publish {
    ChannelAddress channel;
    std::string text;
    SocketId excluded;                    ///< this connection does not receive it; {0, 0}: all do
    TimePoint accepted{};                 ///< when the event reached the server
    std::optional<CacheRule> cache = {};  ///< on cache channels
    std::uint64_t receipt = 0;            ///< returned by `PublishAnswer`; 0: no answer is expected

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        return channel.name.size() + text.size();
    }
};

/// An event from a client; delivered only if the sender is subscribed.
struct ClientEvent {
    ChannelAddress channel;
    JoinTicket sender;
    SocketId socket_id;
    std::string text;      ///< the finished message
    TimePoint accepted{};  ///< when the event reached the server
    std::string webhook;   ///< the event of the webhook, finished JSON; "": none is sent

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        return channel.name.size() + text.size() + webhook.size();
    }
};

/// A REST query, sent to each home that knows a part of the answer.
struct ChannelQuery {
    enum class Kind : std::uint8_t { by_prefix, by_name, users, connections };

    std::uint64_t query_id = 0;
    AppIndex app{};
    Kind kind = Kind::by_prefix;
    std::string prefix;              ///< by_prefix
    std::vector<std::string> names;  ///< by_name: all with this home; users: exactly one
    bool cached = false;             ///< by_name: with the channels' last events
    bool with_info = false;          ///< users: with their infos

    [[nodiscard]] std::size_t content_bytes() const noexcept { return names.size() * 32; }
};

// Channels: notices.

/// The result of a join.
struct JoinAnswer {
    ChannelAddress channel;
    JoinTicket ticket;
    std::optional<Error> refusal;
    std::string succeeded;   ///< text of `subscription_succeeded`, if not refused
    std::string cached;      ///< on cache channels: the message that follows it
    bool is_repeat = false;  ///< as in the `Join`

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        return channel.name.size() + succeeded.size() + cached.size();
    }
};

/// The sender of a client event is not subscribed.
struct ClientEventRefused {
    std::uint32_t slot = 0;
    SocketId socket_id;  ///< of the sender: another connection may have the slot by now

    [[nodiscard]] std::size_t content_bytes() const noexcept { return 0; }
};

/// What a `Deliver` announces: an edge holds back what is announced too often (damping.hpp).
enum class DeliverKind : std::uint8_t { event, count, member_added, member_removed };

/// A message for all subscribers on the shard; sent to each shard that has some.
struct Deliver {
    ChannelAddress channel;
    std::string text;
    SocketId excluded;  ///< as in the `Publish`
    /// When the event reached the server. TimePoint{} for messages of the domain itself and for
    /// events from other nodes: these are not measured.
    TimePoint accepted{};
    DeliverKind kind = DeliverKind::event;
    bool excludes_member = false;  ///< `member` does not receive it
    std::string member = {};       ///< the user that is added or removed

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        return channel.name.size() + text.size() + member.size();
    }
};

/// The event is safe, or delivered on this node and kept for the other nodes.
struct PublishAnswer {
    std::uint64_t receipt = 0;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return 0; }
};

/// A cache channel's last event.
struct CachedEvent {
    std::string text;  ///< the finished message
    Duration expires_in{};
};

/// One channel in the answer to a REST query.
struct ChannelSummary {
    std::string name;
    std::uint32_t subscriptions = 0;
    std::uint32_t users = 0;  ///< distinct members of a presence channel
    bool presence = false;
    std::optional<CachedEvent> cached;  ///< if the query asked for it and there is one
};

struct ChannelAnswer {
    std::uint64_t query_id = 0;
    /// by_prefix: the occupied channels; by_name: one for each name of the query.
    std::vector<ChannelSummary> channels;
    std::vector<PresenceData> users;
    std::uint64_t connections_elsewhere = 0;  ///< the app's on other nodes

    [[nodiscard]] std::size_t content_bytes() const noexcept {
        std::size_t bytes = channels.size() * sizeof(ChannelSummary);
        for (const PresenceData& user : users) {
            bytes += sizeof user + user.user_id.size() + user.user_info.value_or("").size();
        }
        return bytes;
    }
};

// Users: requests.

/// The shard has connections of the user now. `sign_in_id` differs each time.
struct SignIn {
    UserAddress user;
    std::uint64_t sign_in_id = 0;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

/// The shard has no connection of the user any more.
struct SignOut {
    UserAddress user;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

/// The shard follows the user's status: it expects a `UserStatus` now and at each change.
/// `watch_id` differs each time.
struct Watch {
    UserAddress user;
    std::uint64_t watch_id = 0;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

/// The shard does not follow the user's status any more.
struct Unwatch {
    UserAddress user;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

/// Every connection of the user has to be closed.
struct TerminateUser {
    UserAddress user;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

// Users: notices.

/// Only in a cluster: all nodes know that the user is online, and can send events to the user.
struct SignedIn {
    UserAddress user;
    std::uint64_t sign_in_id = 0;  ///< of the `SignIn` that is confirmed

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

struct UserStatus {
    UserAddress user;
    std::uint64_t watch_id = 0;  ///< of the `Watch` that is answered
    bool online = false;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

/// The shard closes its connections of the user.
struct CloseUser {
    UserAddress user;
    /// Later sign-ins stay: they came after what ended the earlier ones.
    TimePoint signed_in_until = TimePoint::max();

    [[nodiscard]] std::size_t content_bytes() const noexcept { return user.id.size(); }
};

// Connections of an app whose limit counts the whole cluster; only in a cluster.

/// Request: one more connection asks to be admitted.
struct AdmitConnection {
    AppIndex app{};
    std::uint64_t ticket = 0;
    std::uint32_t connections_max = 0;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return 0; }
};

/// Request: an admitted connection is closed, or the client left before the answer.
struct ReleaseConnection {
    AppIndex app{};
    std::uint64_t ticket = 0;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return 0; }
};

/// Notice: the answer to `AdmitConnection`.
struct ConnectionAnswer {
    std::uint64_t ticket = 0;
    bool admitted = false;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return 0; }
};

/// Requests of an edge to a home; `Home::receive` handles them.
using HomeRequest = std::variant<Join, Leave, Publish, ClientEvent, ChannelQuery, SignIn, SignOut,
                                 Watch, Unwatch, TerminateUser, AdmitConnection, ReleaseConnection>;

/// Notices of a home to an edge; `ChannelShard::receive` handles them.
using EdgeNotice = std::variant<JoinAnswer, ClientEventRefused, Deliver, PublishAnswer,
                                ChannelAnswer, SignedIn, UserStatus, CloseUser, ConnectionAnswer>;

/// What one shard sends to another: one queue for both kinds keeps the order of a pair of shards.
using ShardMessage = std::variant<HomeRequest, EdgeNotice>;

/// How the parts of an edge send to a home, and those of a home to an edge. The receiver may be the
/// sending shard itself; it then handles the message before the call returns.
using SendRequest = std::function<void(ShardId home, HomeRequest&& request)>;
using SendNotice = std::function<void(ShardId edge, EdgeNotice&& notice)>;

/// Bytes that a message occupies, approximately: what the bound of an inbox counts.
[[nodiscard]] std::size_t message_bytes(const ShardMessage& message);

}  // namespace carillon
