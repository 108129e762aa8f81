#include "carillon/channels/connection.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/presence_data.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {
namespace {

/// For connections that have left, and stay in subscriber lists until a later turn removes them.
class SilentSink final : public ConnectionSink {
public:
    void send(OutboundMessage&) override {}
    void end(const Error&) override {}
};

SilentSink silent_sink;

}  // namespace

Connection::Connection(ChannelShard& shard, ConnectionSink& sink, std::shared_ptr<const App> app,
                       unsigned activity_timeout_seconds)
    : shard_(shard),
      sink_(&sink),
      app_(std::move(app)),
      socket_id_(shard.new_socket_id()),
      slot_(shard.edge_channels().enter(*this)) {
    send(connection_established(socket_id_, activity_timeout_seconds));
}

Connection::~Connection() {
    leave();
    shard_.edge_channels().leave_rest(*this);
}

void Connection::leave() {
    if (left_) return;
    left_ = true;
    sink_ = &silent_sink;
    shard_.edge_channels().leave(*this);
    if (user_) shard_.edge_users().sign_out(*this);
}

void Connection::end(const Error& why) {
    ConnectionSink& sink = *sink_;
    leave();
    sink.end(why);
}

void Connection::send(std::string_view text) {
    OutboundMessage message(text);
    sink_->send(message);
}

void Connection::on_text(std::string_view text) {
    changes_ = 0;
    sent_to_ = sent_to_none;
    if (left_) return;
    const Result<ClientMessage> message = parse_client_message(text);
    if (!message) return fail(message.error());
    std::visit([&](const auto& parsed) { on(parsed); }, *message);
}

bool Connection::is_held_back() const {
    return sent_to_ != sent_to_none && shard_.is_busy(sent_to_);
}

void Connection::on(const PingMessage&) {
    send(pong());
}

void Connection::on(const SubscribeMessage& message) {
    changes_ = 1;
    const Result<ChannelName> name = ChannelName::parse(message.channel, app_->limits);
    if (!name) return refuse_subscription(message.channel, name.error());
    if (const Result<void> verdict = authorize(message); !verdict) {
        return refuse_subscription(name->text(), verdict.error());
    }
    authorized_ = authorized_ || name->kind().needs_token();
    std::optional<PresenceData> member;
    if (name->kind().is_presence()) {
        Result<PresenceData> data = member_of(message);
        if (!data) return refuse_subscription(name->text(), data.error());
        member = std::move(*data);
    }
    EdgeChannels& edge = shard_.edge_channels();
    sent_to_ = edge.home(*this, name->text());
    if (const Subscription* const held = edge.find(*this, name->text())) {
        if (member && *held->user_id != member->user_id) {
            return refuse_subscription(
                name->text(), {Errc::already_subscribed_as_other,
                               "This connection is subscribed to the channel as another user"});
        }
        return edge.repeat(*this, *held);
    }
    const std::uint32_t subscriptions_max = app_->limits.max_subscriptions_per_connection;
    if (subscriptions_max > 0 && subscriptions_.size() >= subscriptions_max) {
        const std::string why = "This connection has the " + std::to_string(subscriptions_max) +
                                " subscriptions that max_subscriptions_per_connection allows";
        return refuse_subscription(name->text(), {Errc::subscriptions_exceeded, why});
    }
    edge.subscribe(*this, *name, std::move(member));
}

Result<void> Connection::authorize(const SubscribeMessage& message) const {
    const ChannelKind kind = ChannelKind::of(message.channel);
    if (kind.access == ChannelKind::Access::user) {
        const std::string_view owner =
            std::string_view(message.channel).substr(user_channel_prefix.size());
        if (user_ && user_->data.id == owner) return {};
        return Error{Errc::unauthorized, "Only the signed-in user may subscribe to this channel"};
    }
    if (!kind.needs_token()) return {};
    const std::string socket_id = socket_id_.text();
    return check_subscription_token(message.auth.value_or(""), socket_id, message.channel,
                                    message.channel_data, app_->credentials);
}

Result<PresenceData> Connection::member_of(const SubscribeMessage& message) const {
    if (!message.channel_data && user_) return PresenceData{user_->data.id, user_->data.user_info};
    return PresenceData::parse(message.channel_data.value_or(""), app_->limits);
}

void Connection::on(const UnsubscribeMessage& message) {
    changes_ = 1;
    sent_to_ = shard_.edge_channels().home(*this, message.channel);
    shard_.edge_channels().unsubscribe(*this, message.channel);
}

void Connection::on(const SignInMessage& message) {
    changes_ = 1;
    Result<UserData> user = user_of(message);
    if (!user) return fail(user.error());
    authorized_ = true;
    const bool was_cut = app_->watchlist_events && user->watchlist_was_cut;
    if (!app_->watchlist_events) user->watchlist.clear();
    EdgeUsers& users = shard_.edge_users();
    UserData previous;
    if (user_) {
        previous = std::exchange(user_->data, std::move(*user));
    } else {
        user_ = std::make_unique<SignedInUser>(
            SignedInUser{.data = std::move(*user), .since = shard_.now()});
        users.sign_in(*this);
    }
    users.reply(*this, signin_success(message.user_data));
    if (was_cut) {
        users.reply(
            *this,
            error_message(
                Errc::watchlist_too_long,
                "The watchlist has more users than max_watched_users allows, the rest is not "
                "watched"));
    }
    const std::size_t watched = shard_.watchlists().replace(*this, previous.watchlist);
    changes_ = std::min<std::size_t>(watched + 1, changes_max) & changes_max;
    sent_to_ = home_of_user(app_->id.get(), user_->data.id, shard_.shards());
}

Result<UserData> Connection::user_of(const SignInMessage& message) const {
    const Result<void> verdict = check_signin_token(message.auth.value_or(""), socket_id_.text(),
                                                    message.user_data, app_->credentials);
    if (!verdict) return verdict.error();
    Result<UserData> user = UserData::parse(message.user_data, app_->limits);
    if (user && user_ && user->id != user_->data.id) {
        return Error{Errc::already_signed_in_as_other,
                     "This connection is signed in as another user"};
    }
    return user;
}

void Connection::on(const ClientEventMessage& message) {
    const Limits& limits = app_->limits;
    const auto refuse = [this](std::string_view what) { fail({Errc::client_event_refused, what}); };
    if (!app_->client_events) return refuse("Client events are not enabled for this app");
    if (!message.has_data && !app_->client_events_without_data) {
        return refuse("A client event must have data");
    }
    if (message.event_length > limits.max_event_name_length) {
        return fail(
            {Errc::bad_event_name,
             "Invalid event name: it has more characters than max_event_name_length allows"});
    }
    if (!ChannelKind::of(message.channel).allows_client_events()) {
        return refuse("Client events are only allowed on private and presence channels");
    }
    EdgeChannels& edge = shard_.edge_channels();
    const Subscription* const held = edge.find(*this, message.channel);
    if (held == nullptr) return refuse_client_event();
    sent_to_ = held->channel->home;
    if (event_data_bytes(message.data) > limits.max_event_payload_bytes) {
        return fail(
            {Errc::data_too_large, "data has more bytes than max_event_payload_bytes allows"});
    }
    const TimePoint now = shard_.now();
    if (!client_events_.admit(limits.max_client_events_per_second, now)) {
        return fail(
            {Errc::client_event_rate,
             "More client events than max_client_events_per_second allows, this one was dropped"});
    }
    if (shard_.any_inbox_full()) {
        return fail({Errc::client_event_rate, "The server is overloaded, this event was dropped"});
    }
    std::optional<std::string_view> user_id;
    if (held->user_id) user_id = *held->user_id;
    std::string webhook;
    if (app_->webhook_kinds.has(WebhookKind::client_event)) {
        webhook =
            client_event_webhook(message.channel, message.event, message.data, socket_id_, user_id);
    }
    edge.client_event(*this, *held,
                      channel_event(message.channel, message.event, message.data, user_id),
                      std::move(webhook), now);
}

void Connection::fail(const Error& error) {
    send(error_message(error.code, error.what));
}

void Connection::refuse_subscription(std::string_view channel, const Error& error) {
    fail(error);
    if (!app_->subscription_errors) return;
    send(subscription_error(channel, error.code, error.what));
}

void Connection::refuse_client_event() {
    fail({Errc::client_event_refused,
          "Subscribe to the channel before sending client events on it"});
}

}  // namespace carillon
