#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/apps/app.hpp"
#include "carillon/base/rate_limit.hpp"
#include "carillon/channels/connection_sink.hpp"
#include "carillon/channels/edge_users.hpp"
#include "carillon/channels/subscription_set.hpp"
#include "carillon/protocol/client_message.hpp"
#include "carillon/protocol/presence_data.hpp"
#include "carillon/protocol/socket_id.hpp"
#include "carillon/protocol/user_data.hpp"

namespace carillon {

class ChannelShard;

/// A client's state in the domain, whichever transport it uses: text in, messages out through the
/// sink. Pure. Used on one shard's thread only. Source: wire.md 2, 3, 4 and 8.1.
class Connection {
public:
    /// Sends `connection_established`. `shard` and `sink` must outlive this.
    Connection(ChannelShard& shard, ConnectionSink& sink, std::shared_ptr<const App> app,
               unsigned activity_timeout_seconds);
    /// Ends all remaining subscriptions at once; `EdgeChannels::retire` spreads them over turns.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Handles one message of the client: complete, valid UTF-8.
    void on_text(std::string_view text);

    /// What the last message asked of others, by which transports pace their clients: the number of
    /// subscriptions, unsubscriptions, sign-ins, and users to watch or no longer to watch; at most
    /// 16,383.
    [[nodiscard]] std::uint32_t changes() const noexcept { return changes_; }
    /// The home that it was sent to is so busy that the client's next message should wait.
    [[nodiscard]] bool is_held_back() const;

    /// The client has disconnected, or is about to be closed: nothing more is sent to it. Signs out
    /// and ends subscriptions, as many as this turn has room for. Idempotent.
    void leave();

    /// The same, and closes the connection: the client receives `why`.
    void end(const Error& why);

    /// A reload has changed the app's settings, but not its id or index.
    void set_app(std::shared_ptr<const App> app) { app_ = std::move(app); }

    [[nodiscard]] const App& app() const noexcept { return *app_; }
    [[nodiscard]] SocketId socket_id() const noexcept { return socket_id_; }
    [[nodiscard]] ConnectionSink& sink() noexcept { return *sink_; }
    [[nodiscard]] ChannelShard& shard() noexcept { return shard_; }
    [[nodiscard]] bool has_left() const noexcept { return left_; }
    [[nodiscard]] SubscriptionSet& subscriptions() noexcept { return subscriptions_; }
    /// It has signed in, or has subscribed with a token. Source: wire.md 2.10.
    [[nodiscard]] bool authorized() const noexcept { return authorized_; }
    /// Null before the sign-in.
    [[nodiscard]] SignedInUser* user() noexcept { return user_.get(); }
    /// Its slot in the shard's connection table.
    [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }

    void send(std::string_view text);
    void refuse_subscription(std::string_view channel, const Error& error);
    void refuse_client_event();

private:
    static constexpr ShardId sent_to_none{UINT16_MAX};
    static constexpr std::uint32_t changes_max = (1U << 14U) - 1;

    void on(const PingMessage&);
    void on(const PongMessage&) {}
    void on(const SubscribeMessage& message);
    void on(const UnsubscribeMessage& message);
    void on(const SignInMessage& message);
    void on(const ClientEventMessage& message);

    [[nodiscard]] Result<void> authorize(const SubscribeMessage& message) const;
    [[nodiscard]] Result<PresenceData> member_of(const SubscribeMessage& message) const;
    [[nodiscard]] Result<UserData> user_of(const SignInMessage& message) const;
    void fail(const Error& error);

    ChannelShard& shard_;
    ConnectionSink* sink_;  ///< does nothing once the connection has left
    std::shared_ptr<const App> app_;
    SocketId socket_id_;
    std::uint32_t slot_;
    ShardId sent_to_ = sent_to_none;  ///< the last message
    std::uint16_t changes_ : 14 = 0;  ///< of the last message
    bool left_ : 1 = false;
    bool authorized_ : 1 = false;
    RateLimit client_events_;
    SubscriptionSet subscriptions_;
    std::unique_ptr<SignedInUser> user_;
};

}  // namespace carillon
