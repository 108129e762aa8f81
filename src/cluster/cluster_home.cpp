#include "cluster_home.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "carillon/base/hash.hpp"
#include "topic_name.hpp"
#include "webhook_record.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{100};
/// Client events are not kept: with so many commands in flight they stay on this node.
constexpr std::size_t client_events_in_flight_max = 1024;

}  // namespace

ClusterHome::ClusterHome(ClusterNode& node, ScriptBus& bus, ClusterObserver& observer, Now now,
                         ShardId self, std::uint16_t shards, ClusterMetrics& metrics, Send send,
                         WebhookEvents& webhooks)
    : node_(node),
      bus_(bus),
      observer_(observer),
      send_(std::move(send)),
      webhooks_(webhooks),
      context_{bus, node.options, metrics, std::move(now), node.process, fnv1a(node.process)},
      topics_(context_.apps, node.options, self, shards),
      lease_(context_, topics_.partitions(), *this),
      reader_(context_, topics_.partitions(), *this),
      local_state_(context_, lease_, *this),
      joins_(context_, topics_, local_state_, lease_, send_),
      quotas_(topics_, local_state_, send_),
      fan_out_(context_, send_),
      publisher_(context_, topics_.partitions(), node.budget, *this),
      queries_(context_, topics_, send_) {}

ClusterHome::~ClusterHome() {
    bus_.close();
}

void ClusterHome::start(std::function<void()> ready, std::function<void(std::string)> failed) {
    ready_ = std::move(ready);
    failed_ = std::move(failed);
    next_tick_ = context_.now() + tick;
    down_since_ = context_.now();
    bus_.open(*this);
}

void ClusterHome::set_apps(std::span<const std::shared_ptr<const App>> apps) {
    context_.apps.set(apps);
    lease_.send_rules();
}

void ClusterHome::forget_if_idle(Topic& topic) {
    if (!topic.is_idle()) return;
    reader_.unfollow(topic);
    const std::string key = topic.key;
    topic.partition.topics.erase(key);
}

// Requests of edges.

void ClusterHome::receive(ShardId from, HomeRequest&& request) {
    std::visit([&](auto&& held) { on(from, std::forward<decltype(held)>(held)); },
               std::move(request));
}

void ClusterHome::on(ShardId from, Join&& join) {
    if (join.is_repeat) return joins_.repeat(from, join);
    Topic& topic = joins_.on(from, std::move(join));
    reader_.follow(topic);
    if (is_detached(topic)) joins_.answer_all(topic);
}

void ClusterHome::on(ShardId from, Leave&& leave) {
    joins_.on(from, leave);
}

void ClusterHome::on(ShardId from, Publish&& publish) {
    PendingEvent event;
    event.cost = PublishBudget::cost(publish.channel.name, publish.text);
    event.partition =
        static_cast<std::uint8_t>(topics_.index_of(publish.channel.app, publish.channel.name));
    event.topic = channel_topic(context_.apps.id(publish.channel.app), publish.channel.name);
    event.channel = std::move(publish.channel);
    event.excluded = publish.excluded;
    event.text = std::move(publish.text);
    if (publish.cache) event.cache = publish.cache->time_to_live;
    event.edge = from;
    event.receipt = publish.receipt;
    event.accepted = publish.accepted;
    publisher_.publish(std::move(event));
}

void ClusterHome::on(ShardId from, ClientEvent&& event) {
    Topic* const topic = topics_.find_channel(event.channel);
    const bool subscribed =
        topic != nullptr &&
        (topic->presence
             ? topic->presence->member_of.contains(SubscriptionKey{from, event.sender.id})
             : topic->subscriptions > 0);
    if (!subscribed) {
        return send_(from, ClientEventRefused{event.sender.slot, event.socket_id});
    }
    if (!event.webhook.empty()) webhooks_.client_event(event.channel, std::move(event.webhook));
    if (bus_.is_up() && bus_.in_flight() < client_events_in_flight_max) {
        bus_.publish(topic->partition.prefix + "t:" + topic->key,
                     client_event_message(context_.process, event.socket_id, event.text));
    } else {
        ++context_.metrics.client_events_dropped;
    }
    fan_out_.deliver(*topic,
                     {topic->channel, std::move(event.text), event.socket_id, event.accepted});
}

void ClusterHome::on(ShardId from, ChannelQuery&& query) {
    queries_.on(from, std::move(query));
}

void ClusterHome::on(ShardId from, SignIn&& message) {
    Topic& topic = topics_.get_user(message.user);
    reader_.follow(topic);
    topic.user->shards.push_back(from);
    topic.user->sign_ins.push_back({from, message.sign_in_id});
    if (topic.user->shards.size() == 1) local_state_.mark_changed(topic);
    answer_sign_ins(topic);
}

/// Once Redis has confirmed the user: this node has received their messages since before that.
void ClusterHome::answer_sign_ins(Topic& topic) {
    const bool is_known = topic.acknowledged > 0 && !is_sending(topic.sync);
    if (is_known || is_detached(topic)) confirm_sign_ins(topic);
}

void ClusterHome::confirm_sign_ins(Topic& topic) {
    const UserAddress user{topic.channel.app, topic.channel.name};
    for (const UserState::Waiter& waiter : std::exchange(topic.user->sign_ins, {})) {
        send_(waiter.shard, SignedIn{user, waiter.id});
    }
}

void ClusterHome::on(ShardId from, SignOut&& message) {
    Topic* const topic = topics_.find_user(message.user);
    if (topic == nullptr) return;
    auto& shards = topic->user->shards;
    shards.erase(std::remove(shards.begin(), shards.end(), from), shards.end());
    std::erase_if(topic->user->sign_ins,
                  [from](const UserState::Waiter& waiter) { return waiter.shard == from; });
    if (!shards.empty()) return;
    note_departure(context_, *topic);
    local_state_.mark_changed(*topic);
}

void ClusterHome::on(ShardId from, Watch&& message) {
    Topic& topic = topics_.get_user(message.user);
    reader_.follow(topic);
    UserState& user = *topic.user;
    user.watchers.push_back({from, message.watch_id});
    if (user.is_known) {
        send_(from, UserStatus{message.user, message.watch_id, user.online});
    } else if (is_detached(topic)) {
        fan_out_.set_online(topic, false);
    }
}

void ClusterHome::on(ShardId from, Unwatch&& message) {
    Topic* const topic = topics_.find_user(message.user);
    if (topic == nullptr) return;
    std::erase_if(topic->user->watchers,
                  [from](const UserState::Waiter& watcher) { return watcher.shard == from; });
    forget_if_idle(*topic);
}

void ClusterHome::on(ShardId from, TerminateUser&& message) {
    PendingEvent event;
    event.cost = PublishBudget::cost(message.user.id, "");
    if (!node_.budget.reserve(event.cost)) {  // No caller to refuse: this node's clients, at least.
        if (const Topic* const topic = topics_.find_user(message.user)) {
            fan_out_.close_user(*topic, context_.now());
        }
        return;
    }
    event.partition =
        static_cast<std::uint8_t>(topics_.index_of(message.user.app, user_home(message.user.id)));
    event.topic = user_topic(context_.apps.id(message.user.app), message.user.id);
    event.kind = static_cast<char>(BusMessage::Kind::terminate);
    event.channel = {message.user.app, message.user.id};
    event.edge = from;
    event.accepted = context_.now();
    publisher_.publish(std::move(event));
}

void ClusterHome::on(ShardId from, AdmitConnection&& message) {
    Topic& topic = quotas_.on(from, message);
    if (is_detached(topic)) quotas_.admit_all(topic);
}

void ClusterHome::on(ShardId from, ReleaseConnection&& message) {
    quotas_.on(from, message);
}

// From Redis.

void ClusterHome::on_message(Topic& topic, const BusMessage& message) {
    using Kind = BusMessage::Kind;
    std::optional<TimePoint> accepted;
    if (message.kind == Kind::event && message.producer == context_.process_hash) {
        accepted = publisher_.accepted(message.counter);
    }
    // A joining client is answered before it gets the count that its join caused.
    if (message.kind == Kind::count) joins_.confirm(topic, message);
    fan_out_.apply(topic, message, accepted.value_or(context_.now()));
    // It is answered in this very step, or would miss the messages that follow.
    if (message.kind == Kind::member_added) joins_.confirm(topic, message);
}

void ClusterHome::on_read(Topic& topic, const TopicRead& read) {
    topic.is_broken = false;
    if (fan_out_.apply_snapshot(topic, read) && read.repairs) {
        ++context_.metrics.repairs;
        observer_.on_repaired(topic.partition.prefix, topic.key.front());
    }
    local_state_.resume(topic);
}

void ClusterHome::on_advanced(Topic& topic) {
    joins_.answer_ready(topic);
}

void ClusterHome::on_acknowledged(Topic& topic, std::uint64_t sequence,
                                  const std::vector<std::string>& refused) {
    topic.is_broken = false;
    if (topic.quota) quotas_.admit(topic, sequence);
    if (topic.user) {
        if (topic.user->is_known) fan_out_.set_online(topic, topic.user->reported_online);
        answer_sign_ins(topic);
    }
    if (!refused.empty()) joins_.refuse(topic, refused);
    joins_.answer_ready(topic);
    forget_if_idle(topic);
}

void ClusterHome::on_message(std::string_view subject, std::string_view message) {
    reader_.on_message(subject, message);
}

void ClusterHome::on_subscribed(std::string_view subject) {
    reader_.on_subscribed(subject);
}

void ClusterHome::on_script_failure(Script script, std::string_view prefix, std::string_view what) {
    ++context_.metrics.script_errors;
    observer_.on_script_failure(script, prefix, what);
}

void ClusterHome::on_webhook(Partition& partition, std::string_view text) {
    const auto record = WebhookRecord::parse(text);
    if (!record) {
        ++context_.metrics.messages_rejected;
        return;
    }
    if (record->is_about_presence()) {
        partition.journal.note({record->number, record->is_arrival(), record->about(),
                                context_.now() + WebhookJournal::kept});
    }
    const auto app = context_.apps.find(record->app_id);
    if (!app) return;
    webhooks_.push_decided(record->kind, *app, std::string(record->channel),
                           std::string(record->user_id), record->count);
}

// Life.

void ClusterHome::on_up(std::string_view run_id) {
    const bool other_server = context_.run_id != run_id;
    context_.run_id = run_id;
    context_.epoch = fnv1a(run_id);
    context_.metrics.connected = 1;
    observer_.on_connected(other_server);
    lease_.on_up(other_server);
    publisher_.on_up(other_server);
    reader_.on_up();
}

void ClusterHome::on_down(std::string_view why) {
    if (ready_) failed_(std::string(why));
    context_.metrics.connected = 0;
    if (!down_since_) {
        down_since_ = context_.now();
        ++context_.metrics.connections_lost;
        observer_.on_connection_lost(why);
    }
    lease_.on_down();
    reader_.on_down();
    publisher_.on_down();
    for (Partition& partition : topics_.partitions()) {
        for (const auto& topic : partition.topics) local_state_.on_down(*topic);
    }
    queries_.on_down();
}

std::size_t ClusterHome::resync(Partition& partition) {
    std::size_t count = 0;
    std::vector<std::string> idle;
    for (const auto& topic : partition.topics) {
        count += local_state_.resync(*topic) ? 1 : 0;
        if (topic->is_idle()) idle.push_back(topic->key);
    }
    for (const std::string& key : idle) forget_if_idle(*partition.topics.find(key));
    return count;
}

void ClusterHome::on_recovered(Partition& partition) {
    for (const auto& topic : partition.topics) {
        LocalStateSync::on_recovered(*topic);
        if (topic->presence || topic->user) reader_.read_state(*topic);
    }
}

void ClusterHome::on_registered() {
    down_since_.reset();
    if (ready_) std::exchange(ready_, nullptr)();
}

void ClusterHome::answer(ShardId edge, PublishAnswer answer) {
    send_(edge, answer);
}

void ClusterHome::on_detached(const PendingEvent& event) {
    Partition& partition = topics_.partitions()[event.partition];
    partition.applied.mark_applied(context_.process_hash, event.counter);
    Topic* const topic = partition.topics.find(event.topic);
    if (topic == nullptr || !topic->sequence.mark_applied(context_.process_hash, event.counter))
        return;
    if (event.kind == static_cast<char>(BusMessage::Kind::terminate)) {
        return fan_out_.close_user(*topic, event.accepted);
    }
    fan_out_.deliver_event(*topic, event.text, event.excluded, event.accepted);
}

void ClusterHome::update_detached() {
    const milliseconds timeout = node_.options.timeout;
    if (down_since_ && bus_.is_up() && lease_.is_registered()) {
        observer_.on_registered_again();
        down_since_.reset();
    }
    const auto is_late = [&](const std::optional<TimePoint>& since) {
        return since && context_.now() - *since >= timeout;
    };
    if (is_late(down_since_) || is_late(bus_.waits_since()) || publisher_.is_overdue(timeout)) {
        return set_detached(true);
    }
    if (!down_since_ && !publisher_.lags()) set_detached(false);
}

bool ClusterHome::is_detached(const Topic& topic) const noexcept {
    return publisher_.is_detached() || topic.is_broken || topic.partition.is_broken;
}

void ClusterHome::set_detached(bool detached) {
    if (detached == publisher_.is_detached()) return;
    context_.metrics.detached = detached ? 1 : 0;
    publisher_.set_detached(detached);
    if (!detached) return;
    observer_.on_detached();
    for (Partition& partition : topics_.partitions()) answer_detached(partition);
}

void ClusterHome::answer_detached(Partition& partition) {
    // An answer may add or remove topics.
    std::vector<std::string> keys;
    for (const auto& topic : partition.topics) keys.push_back(topic->key);
    for (const std::string& key : keys) {
        if (Topic* const topic = partition.topics.find(key)) answer_detached(*topic);
    }
}

/// All that wait for Redis are answered from what this node knows.
void ClusterHome::answer_detached(Topic& topic) {
    if (topic.user) {
        if (!topic.user->is_known) fan_out_.set_online(topic, false);
        confirm_sign_ins(topic);
    }
    if (topic.quota) quotas_.admit_all(topic);
    joins_.answer_all(topic);
}

void ClusterHome::on_broken(Topic& topic) {
    topic.is_broken = true;
    answer_detached(topic);
}

void ClusterHome::on_broken(Partition& partition) {
    // At the start it is better to exit than to serve without a partition.
    if (ready_) return failed_("scripts fail on the keys " + partition.prefix + "*");
    answer_detached(partition);
}

void ClusterHome::advance() {
    next_tick_ = context_.now() + tick;
    if (!ready_) update_detached();
    lease_.advance();
    reader_.sweep();
    publisher_.advance();
    context_.metrics.commands_in_flight = bus_.in_flight();
    count_partitions();
    leave_when_idle();
}

void ClusterHome::count_partitions() {
    context_.metrics.partitions_registered = context_.metrics.partitions_recovering = 0;
    for (const Partition& partition : topics_.partitions()) {
        if (partition.registration == Registration::registered) {
            ++context_.metrics.partitions_registered;
        }
        if (partition.is_recovering) ++context_.metrics.partitions_recovering;
    }
}

void ClusterHome::end_turn() {
    reader_.end_turn();
    local_state_.end_turn();
    publisher_.end_turn();
    bus_.flush();
}

void ClusterHome::for_each(const Visit& visit) const {
    for (const Partition& partition : topics_.partitions()) {
        for (const auto& topic : partition.topics) {
            if (topic->subscriptions > 0) {
                visit(topic->channel.name, topic->subscriptions);
            }
        }
    }
}

void ClusterHome::leave(std::function<void()> done) {
    leaving_ = std::move(done);
    leave_when_idle();
}

void ClusterHome::leave_when_idle() {
    if (!leaving_ || left_) return;
    // Accepted events are worth waiting for Redis, as long as the shutdown grace allows.
    if (!publisher_.is_idle() || (bus_.is_up() && !local_state_.is_idle())) return;
    left_ = true;
    lease_.leave([this] { std::exchange(leaving_, nullptr)(); });
}

}  // namespace carillon
