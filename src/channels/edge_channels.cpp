#include "carillon/channels/edge_channels.hpp"

#include <algorithm>
#include <utility>

#include "carillon/channels/connection.hpp"
#include "carillon/channels/pacing.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {
namespace {

/// Source: wire.md 2.8.
bool has_count(const App& app, ChannelKind kind) {
    return app.subscription_count && !kind.is_presence() &&
           kind.access != ChannelKind::Access::user;
}

bool is_member(const EdgeChannel& channel, Connection& connection, std::string_view member) {
    const Subscription* const held = connection.subscriptions().find(&channel);
    return held->user_id && *held->user_id == member;
}

bool is_excluded(const EdgeChannel& channel, Connection& connection, const Deliver& deliver) {
    if (deliver.excludes_member) return is_member(channel, connection, deliver.member);
    return connection.socket_id() == deliver.excluded;
}

std::size_t bytes_of(const FanOut::Waiting& notice) {
    const auto content = [](const auto& known) { return known.content_bytes(); };
    return sizeof(FanOut::Waiting) + std::visit(content, notice);
}

}  // namespace

EdgeChannels::EdgeChannels(std::uint16_t shards, SendRequest send, Now now, ShardMetrics& metrics)
    : shards_(shards), send_(std::move(send)), now_(std::move(now)), metrics_(metrics) {}

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
    if (subscription.index != Subscription::joining) remove_subscriber(channel, subscription.index);
    if (channel.damping) {
        channel.damping->left(connection);
        if (channel.subscribers.empty()) channel.damping->forget_members();
    }
    connection.subscriptions().remove(&channel);
    const ShardId home = channel.home;
    ChannelAddress address = channel.address;
    const bool wants_count = has_count(connection.app(), ChannelKind::of(address.name));
    if (--channel.subscriptions == 0) {
        if (channel.fan_out) waiting_bytes_ -= channel.fan_out->waiting_bytes;
        by_app_[address.app].erase(address.name);
    }
    if (notify_home) send_(home, Leave{std::move(address), ticket, wants_count});
}

void EdgeChannels::remove_subscriber(EdgeChannel& channel, std::uint32_t index) {
    const auto move = [&channel](std::uint32_t from, std::uint32_t to) {
        if (from == to) return;
        Connection* const moved = channel.subscribers[from];
        channel.subscribers[to] = moved;
        moved->subscriptions().find(&channel)->index = to;
    };
    // Those that a fan-out has yet to reach stay below its mark, the others above.
    if (channel.fan_out && index < channel.fan_out->remaining) {
        move(--channel.fan_out->remaining, index);
        index = channel.fan_out->remaining;
    }
    move(static_cast<std::uint32_t>(channel.subscribers.size() - 1), index);
    channel.subscribers.pop_back();
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
    if (FanOut* const fan_out = subscription->channel->fan_out.get()) {
        return defer(*fan_out, std::move(answer));
    }
    complete(answer);
}

void EdgeChannels::complete(const JoinAnswer& answer) {
    Subscription* const subscription = find(answer.ticket, answer.channel);
    if (subscription == nullptr) return;
    Connection& connection = *connections_[answer.ticket.slot];
    if (connection.has_left()) return;  // Its Leave is sent in a later turn.
    if (!answer.is_repeat) {
        EdgeChannel& channel = *subscription->channel;
        subscription->index = static_cast<std::uint32_t>(channel.subscribers.size());
        channel.subscribers.push_back(&connection);
    }
    if (subscription->channel->damping) subscription->channel->damping->joined(connection);
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
    EdgeChannel* const channel = by_app_[deliver.channel.app].find(deliver.channel.name);
    if (channel == nullptr) return;
    if (channel->fan_out) return defer(*channel->fan_out, std::move(deliver));
    if (!is_held_back(*channel, deliver)) send_to_all(*channel, std::move(deliver));
}

void EdgeChannels::send_to_all(EdgeChannel& channel, FanOut::Event event) {
    const auto all = static_cast<std::uint32_t>(channel.subscribers.size());
    const std::uint32_t remaining =
        std::visit([&](const auto& known) { return send_down(channel, known, all); }, event);
    if (remaining == 0) return;
    fan_outs_.push_back(channel.address);
    channel.fan_out = std::make_unique<FanOut>(FanOut{std::move(event), remaining});
}

template <class Send>
std::uint32_t EdgeChannels::go_down(const EdgeChannel& channel, std::uint32_t remaining,
                                    const Send& send) {
    const std::uint32_t begin = remaining;
    observe_fan_out_(begin > 1);
    while (remaining > 0) {
        send(*channel.subscribers[--remaining]);
        if (fan_out_step_ != 0 && (begin - remaining) % fan_out_step_ == 0 && turn_expired_()) {
            break;
        }
    }
    observe_fan_out_(false);
    return remaining;
}

std::uint32_t EdgeChannels::send_down(const EdgeChannel& channel, const Deliver& deliver,
                                      std::uint32_t begin) {
    OutboundMessage message(deliver.text);
    const std::uint32_t remaining = go_down(channel, begin, [&](Connection& connection) {
        if (!is_excluded(channel, connection, deliver)) connection.sink().send(message);
    });
    if (deliver.accepted == TimePoint{}) return remaining;
    metrics_.deliveries += begin - remaining;
    if (remaining == 0) fanned_out_.push_back(deliver.accepted);
    return remaining;
}

std::uint32_t EdgeChannels::send_down(const EdgeChannel& channel,
                                      const MemberCorrection& correction, std::uint32_t begin) {
    const MemberState present = correction.knowledge.present();
    const std::string departure = member_removed(channel.address.name, correction.member);
    OutboundMessage removed(departure);
    OutboundMessage added(correction.added);
    const std::uint32_t remaining = go_down(channel, begin, [&](Connection& connection) {
        const MemberState known = channel.damping->known_to(connection, correction.knowledge);
        if (known == present || is_member(channel, connection, correction.member)) return;
        if (known != member_absent) connection.sink().send(removed);
        if (present != member_absent) connection.sink().send(added);
    });
    if (remaining == 0) channel.damping->corrected();
    return remaining;
}

// Damping.

bool EdgeChannels::is_held_back(EdgeChannel& channel, Deliver& deliver) {
    // Without subscribers the edge may miss changes: the home does not know of joins under way.
    if (deliver.kind == DeliverKind::event || channel.subscribers.empty()) return false;
    const TimePoint now = now_();
    const bool is_count = deliver.kind == DeliverKind::count;
    const bool is_remembered = channel.damping && channel.damping->knows(deliver.member);
    if (!is_count && !is_remembered && due_members_.size() >= damped_members_max) return false;
    if (!channel.damping) channel.damping = std::make_unique<Damping>();
    const std::string_view added =
        deliver.kind == DeliverKind::member_added ? std::string_view(deliver.text) : "";
    const bool is_announced = is_count
                                  ? channel.damping->announce_count(deliver.text, now)
                                  : channel.damping->announce_member(deliver.member, added, now);
    if (!is_announced) return true;
    if (is_count) {
        due_counts_.push_back({now + count_damping, channel.address, {}});
    } else {
        due_members_.push_back({now + member_damping, channel.address, {deliver.member}});
    }
    return false;
}

std::optional<FanOut::Event> EdgeChannels::due_event(EdgeChannel& channel, const DampingDue& due) {
    if (!channel.damping) return std::nullopt;
    const TimePoint now = now_();
    std::optional<FanOut::Event> event;
    if (due.member.empty()) {
        std::string count = channel.damping->count_due(now);
        if (!count.empty()) {
            event = Deliver{.channel = channel.address,
                            .text = std::move(count),
                            .excluded = {},
                            .kind = DeliverKind::count};
            due_counts_.push_back({now + count_damping, channel.address, {}});
        }
    } else if (auto correction = channel.damping->member_due(due.member, now)) {
        event = std::move(*correction);
        due_members_.push_back({now + member_damping, channel.address, due});
    }
    if (channel.damping->is_idle()) channel.damping.reset();
    return event;
}

std::optional<TimePoint> EdgeChannels::next_due() const {
    if (due_counts_.empty() && due_members_.empty()) return std::nullopt;
    if (due_counts_.empty()) return due_members_.front().at;
    if (due_members_.empty()) return due_counts_.front().at;
    return std::min(due_counts_.front().at, due_members_.front().at);
}

std::deque<EdgeChannels::Due>* EdgeChannels::dues_before(TimePoint now) {
    std::deque<Due>* first = nullptr;
    for (std::deque<Due>* const dues : {&due_counts_, &due_members_}) {
        if (dues->empty() || dues->front().at > now) continue;
        if (first == nullptr || dues->front().at < first->front().at) first = dues;
    }
    return first;
}

void EdgeChannels::advance() {
    const TimePoint now = now_();
    has_dues_left_ = false;
    while (std::deque<Due>* const dues = dues_before(now)) {
        const Due due = std::move(dues->front());
        dues->pop_front();
        announce(due);
        if (!turn_expired_ || !turn_expired_()) continue;
        has_dues_left_ = dues_before(now) != nullptr;
        return;
    }
}

void EdgeChannels::announce(const Due& due) {
    EdgeChannel* const channel = by_app_[due.channel.app].find(due.channel.name);
    if (channel == nullptr || !channel->damping) return;
    if (channel->fan_out) {
        defer(*channel->fan_out, due.what);
    } else if (auto event = due_event(*channel, due.what)) {
        send_to_all(*channel, std::move(*event));
    }
}

// Fan-outs that outlast their turn.

void EdgeChannels::slice_fan_outs(std::function<bool()> turn_expired, std::uint32_t step) {
    turn_expired_ = std::move(turn_expired);
    fan_out_step_ = step;
}

void EdgeChannels::continue_unfinished() {
    // In turn, so that neither waits for the end of the other.
    dues_go_first_ = !dues_go_first_;
    if (has_dues_left_ && dues_go_first_) advance();
    continue_fan_outs();
    if (has_dues_left_ && !dues_go_first_) advance();
}

void EdgeChannels::continue_fan_outs() {
    for (std::size_t left = fan_outs_.size(); left > 0; --left) {
        ChannelAddress address = std::move(fan_outs_.front());
        fan_outs_.pop_front();
        EdgeChannel* const channel = by_app_[address.app].find(address.name);
        // Everybody may have left since.
        if (channel == nullptr || !channel->fan_out) continue;
        if (proceed(*channel)) continue;
        fan_outs_.push_back(std::move(address));
        return;
    }
}

bool EdgeChannels::proceed(EdgeChannel& channel) {
    FanOut& fan_out = *channel.fan_out;
    do {
        fan_out.remaining = std::visit(
            [&](const auto& event) { return send_down(channel, event, fan_out.remaining); },
            fan_out.event);
        if (fan_out.remaining > 0) return false;
    } while (take_next_event(channel));
    channel.fan_out.reset();
    return true;
}

bool EdgeChannels::take_next_event(EdgeChannel& channel) {
    FanOut& fan_out = *channel.fan_out;
    while (!fan_out.waiting.empty()) {
        FanOut::Waiting next = std::move(fan_out.waiting.front());
        fan_out.waiting.pop_front();
        const std::size_t bytes = bytes_of(next);
        fan_out.waiting_bytes -= bytes;
        waiting_bytes_ -= bytes;
        if (const auto* const answer = std::get_if<JoinAnswer>(&next)) {
            complete(*answer);
            continue;
        }
        std::optional<FanOut::Event> event;
        if (const auto* const due = std::get_if<DampingDue>(&next)) {
            event = due_event(channel, *due);
        } else if (auto& deliver = std::get<Deliver>(next); !is_held_back(channel, deliver)) {
            event = std::move(deliver);
        }
        if (!event) continue;
        fan_out.event = std::move(*event);
        fan_out.remaining = static_cast<std::uint32_t>(channel.subscribers.size());
        return true;
    }
    return false;
}

void EdgeChannels::defer(FanOut& fan_out, FanOut::Waiting notice) {
    const std::size_t bytes = bytes_of(notice);
    fan_out.waiting_bytes += bytes;
    waiting_bytes_ += bytes;
    fan_out.waiting.push_back(std::move(notice));
}

}  // namespace carillon
