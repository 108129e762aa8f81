#include "carillon/channels/edge_channels.hpp"

#include <utility>

#include "carillon/channels/connection.hpp"
#include "carillon/channels/partition.hpp"

namespace carillon {
namespace {

/// Source: wire.md 2.8.
bool has_count(const App& app, ChannelKind kind) {
    return app.subscription_count && !kind.is_presence() &&
           kind.access != ChannelKind::Access::user;
}

}  // namespace

EdgeChannels::EdgeChannels(std::uint16_t shards, SendRequest send, ShardMetrics& metrics)
    : shards_(shards), send_(std::move(send)), metrics_(metrics) {}

EdgeChannels::~EdgeChannels() = default;

std::uint32_t EdgeChannels::enter(Connection& connection) {
    if (free_slots_.empty()) {
        connections_.push_back(&connection);
        return static_cast<std::uint32_t>(connections_.size() - 1);
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    connections_[slot] = &connection;
    return slot;
}

void EdgeChannels::leave(Connection& connection) {
    SubscriptionSet& held = connection.subscriptions();
    for (; !held.empty() && departures_ < departures_per_turn_max; ++departures_) {
        release(connection, held.back(), true);
    }
    if (held.empty()) leave_rest(connection);
}

void EdgeChannels::leave_rest(Connection& connection) {
    SubscriptionSet& held = connection.subscriptions();
    while (!held.empty()) release(connection, held.back(), true);
    Connection*& slot = connections_[connection.slot()];
    if (slot != &connection) return;
    slot = nullptr;
    free_slots_.push_back(connection.slot());
}

void EdgeChannels::retire(std::unique_ptr<Connection> connection) {
    connection->leave();
    if (!connection->subscriptions().empty()) retired_.push_back(std::move(connection));
}

void EdgeChannels::continue_departures() {
    departures_ = 0;
    while (!retired_.empty()) {
        leave(*retired_.front());
        if (!retired_.front()->subscriptions().empty()) return;
        retired_.pop_front();
    }
}

Subscription* EdgeChannels::find(Connection& connection, std::string_view channel) {
    const EdgeChannel* const edge = by_app_[connection.app().index].find(channel);
    return edge == nullptr ? nullptr : connection.subscriptions().find(edge);
}

ShardId EdgeChannels::home(Connection& connection, std::string_view channel) const {
    return home_of(connection.app().id.get(), channel, shards_);
}

EdgeChannel& EdgeChannels::get(Connection& connection, const ChannelName& name) {
    const AppIndex app = connection.app().index;
    NamedSet<EdgeChannel>& channels = by_app_[app];
    if (EdgeChannel* const existing = channels.find(name.text())) return *existing;
    return channels.insert(std::unique_ptr<EdgeChannel>(
        new EdgeChannel{{app, name.text()}, home(connection, name.text())}));
}

void EdgeChannels::subscribe(Connection& connection, const ChannelName& channel,
                             std::optional<PresenceData> member) {
    EdgeChannel& edge = get(connection, channel);
    ++edge.subscriptions;
    Subscription subscription;
    subscription.channel = &edge;
    subscription.join_id = ++last_join_id_;
    if (member) subscription.user_id = std::make_unique<std::string>(member->user_id);
    connection.subscriptions().add(std::move(subscription));
    send_(edge.home, Join{.channel = edge.address,
                          .ticket = {connection.slot(), last_join_id_},
                          .socket_id = connection.socket_id(),
                          .member = std::move(member),
                          .presence_members_max = connection.app().limits.max_presence_members,
                          .wants_count = has_count(connection.app(), channel.kind())});
}

void EdgeChannels::repeat(Connection& connection, const Subscription& subscription) {
    send_(subscription.channel->home, Join{.channel = subscription.channel->address,
                                           .ticket = {connection.slot(), subscription.join_id},
                                           .socket_id = connection.socket_id(),
                                           .member = std::nullopt,
                                           .is_repeat = true});
}

void EdgeChannels::unsubscribe(Connection& connection, std::string_view channel) {
    Subscription* const held = find(connection, channel);
    if (held != nullptr) release(connection, *held, true);
}

void EdgeChannels::release(Connection& connection, Subscription& subscription, bool notify_home) {
    EdgeChannel& channel = *subscription.channel;
    const JoinTicket ticket{connection.slot(), subscription.join_id};
    if (const std::uint32_t index = subscription.index; index != Subscription::joining) {
        Connection* const last = channel.subscribers.back();
        channel.subscribers[index] = last;
        channel.subscribers.pop_back();
        if (last != &connection) last->subscriptions().find(&channel)->index = index;
    }
    connection.subscriptions().remove(&channel);
    const ShardId home = channel.home;
    ChannelAddress address = channel.address;
    const bool wants_count = has_count(connection.app(), ChannelKind::of(address.name));
    if (--channel.subscriptions == 0) by_app_[address.app].erase(address.name);
    if (notify_home) send_(home, Leave{std::move(address), ticket, wants_count});
}

void EdgeChannels::client_event(Connection& connection, const Subscription& subscription,
                                std::string text, std::string webhook, TimePoint accepted) {
    ++metrics_.client_events;
    send_(subscription.channel->home,
          ClientEvent{.channel = subscription.channel->address,
                      .sender = {connection.slot(), subscription.join_id},
                      .socket_id = connection.socket_id(),
                      .text = std::move(text),
                      .accepted = accepted,
                      .webhook = std::move(webhook)});
}

Subscription* EdgeChannels::find(const JoinTicket& ticket, const ChannelAddress& channel) {
    const EdgeChannel* const edge = by_app_[channel.app].find(channel.name);
    if (edge == nullptr || connections_[ticket.slot] == nullptr) return nullptr;
    Subscription* const found = connections_[ticket.slot]->subscriptions().find(edge);
    return found != nullptr && found->join_id == ticket.id ? found : nullptr;
}

void EdgeChannels::on(JoinAnswer&& answer) {
    Subscription* const subscription = find(answer.ticket, answer.channel);
    if (subscription == nullptr) return;  // It was undone meanwhile: the home receives a Leave.
    Connection& connection = *connections_[answer.ticket.slot];
    if (answer.refusal) {
        release(connection, *subscription, false);
        return connection.refuse_subscription(answer.channel.name, *answer.refusal);
    }
    if (connection.has_left()) return;  // Its Leave is sent in a later turn.
    if (!answer.is_repeat) {
        EdgeChannel& channel = *subscription->channel;
        subscription->index = static_cast<std::uint32_t>(channel.subscribers.size());
        channel.subscribers.push_back(&connection);
    }
    connection.send(answer.succeeded);
    if (!answer.cached.empty()) connection.send(answer.cached);
}

void EdgeChannels::on(ClientEventRefused&& refused) {
    Connection* const connection = connections_[refused.slot];
    if (connection != nullptr && connection->socket_id() == refused.socket_id) {
        connection->refuse_client_event();
    }
}

void EdgeChannels::on(Deliver&& deliver) {
    const EdgeChannel* const channel = by_app_[deliver.channel.app].find(deliver.channel.name);
    if (channel == nullptr) return;
    if (deliver.accepted != TimePoint{}) {
        metrics_.deliveries += channel->subscribers.size();
        fanned_out_.push_back(deliver.accepted);
    }
    OutboundMessage message(deliver.text);
    if (!deliver.excluded_user.empty()) return send_to_others(*channel, deliver, message);
    for (Connection* const connection : channel->subscribers) {
        if (connection->socket_id() != deliver.excluded) connection->sink().send(message);
    }
}

void EdgeChannels::send_to_others(const EdgeChannel& channel, const Deliver& deliver,
                                  OutboundMessage& message) {
    for (Connection* const connection : channel.subscribers) {
        const Subscription* const held = connection->subscriptions().find(&channel);
        const bool excluded = held->user_id && *held->user_id == deliver.excluded_user;
        if (!excluded) connection->sink().send(message);
    }
}

}  // namespace carillon
