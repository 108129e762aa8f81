#pragma once

#include <cstdint>
#include <memory>
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

/// One client as the protocol sees it, whatever carries its messages: text in, messages out through
/// the sink. Rules: wire.md 2, 3, 4 and 8.1. Pure. Lives and dies on one shard.
class Connection {
public:
    /// Sends `connection_established`.
    Connection(ChannelShard& shard, ConnectionSink& sink, std::shared_ptr<const App> app,
               unsigned activity_timeout_seconds);
    /// Leaves every channel that is still held, however many: see `ChannelShard::retire`.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A whole text message, valid UTF-8.
    void on_text(std::string_view text);

    /// The client is gone, or is about to be closed: nothing is sent to it any more, and what it
    /// held ends now, as far as this turn has room for it. May be repeated.
    void leave();

    /// The same, and it is we who end it.
    void end(const Error& why);

    /// A reload changed the app's settings; its identity stays.
    void set_app(std::shared_ptr<const App> app) { app_ = std::move(app); }

    [[nodiscard]] const App& app() const noexcept { return *app_; }
    [[nodiscard]] SocketId socket_id() const noexcept { return socket_id_; }
    [[nodiscard]] ConnectionSink& sink() noexcept { return *sink_; }
    [[nodiscard]] bool has_left() const noexcept { return left_; }
    [[nodiscard]] SubscriptionSet& subscriptions() noexcept { return subscriptions_; }
    /// It has signed in, or a token of its app has let it subscribe.
    [[nodiscard]] bool authorized() const noexcept { return authorized_; }
    /// Null until it signs in.
    [[nodiscard]] SignedInUser* user() noexcept { return user_.get(); }
    /// In the shard's connection table.
    [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }

    void send(std::string_view text);
    void refuse_subscription(std::string_view channel, const Error& error);
    void refuse_client_event();

private:
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
    ConnectionSink* sink_;  ///< one that does nothing once the connection has left
    std::shared_ptr<const App> app_;
    SocketId socket_id_;
    std::uint32_t slot_;
    bool left_ = false;
    bool authorized_ = false;
    RateLimit client_events_;
    SubscriptionSet subscriptions_;
    std::unique_ptr<SignedInUser> user_;
};

}  // namespace carillon
