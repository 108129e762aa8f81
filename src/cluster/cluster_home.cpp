#include "cluster_home.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "carillon/base/hash.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "number_in.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{100};
constexpr std::uint16_t partition_count = 256;
/// Client events are not kept: if so much waits for Redis, they stay on this node.
constexpr std::size_t client_events_in_flight_max = 1024;

std::string prefix_of(const std::string& prefix, unsigned number) {
    std::string text = std::to_string(number);
    text.insert(0, 3 - text.size(), '0');
    return prefix + ":{p" + text + "}:";
}

std::string user_home(std::string_view user_id) {
    return std::string(user_channel_prefix).append(user_id);
}

}  // namespace

ClusterHome::ClusterHome(ClusterNode& node, EventLoop& loop, ShardId self, std::uint16_t shards,
                         std::function<std::uint64_t()> random, ClusterMetrics& metrics, Send send,
                         WebhookEvents& webhooks)
    : node_(node),
      self_(self),
      shards_(shards),
      loop_(loop),
      send_(std::move(send)),
      webhooks_(webhooks),
      bus_(
          loop,
          {node.address, node.tls, node.options.server_name, milliseconds(node.options.timeout_ms)},
          metrics.round_trips, std::move(random), *this),
      context_{bus_,
               node.options,
               metrics,
               [&loop] { return loop.now(); },
               node.process,
               fnv1a(node.process),
               {},
               0,
               {}},
      partitions_([&] {
          std::deque<Partition> partitions;
          for (unsigned number = static_cast<unsigned>(self); number < partition_count;
               number += shards) {
              Partition& partition = partitions.emplace_back();
              partition.number = static_cast<std::uint8_t>(number);
              partition.prefix = prefix_of(node.options.prefix, number);
          }
          return partitions;
      }()),
      life_(context_, partitions_, *this),
      reader_(context_, partitions_, *this),
      holdings_(context_, life_, *this),
      publisher_(context_, partitions_, node.budget, *this),
      queries_(context_, partitions_, send_,
               [this](AppIndex app, std::string_view channel) -> Partition& {
                   return partition_of(app, channel);
               }) {
    metrics.shards = 1;
}

ClusterHome::~ClusterHome() {
    bus_.close();
}

void ClusterHome::start(std::function<void()> ready, std::function<void(std::string)> failed) {
    ready_ = std::move(ready);
    failed_ = std::move(failed);
    next_tick_ = loop_.now() + tick;
    down_since_ = loop_.now();
    bus_.open();
}

void ClusterHome::set_apps(std::span<const std::shared_ptr<const App>> apps) {
    context_.apps.set(apps);
    life_.tell_rules();
}

std::size_t ClusterHome::index_of(AppIndex app, std::string_view channel) const {
    return carillon::partition_of(context_.apps.id(app), channel) / shards_;
}

Partition& ClusterHome::partition_of(AppIndex app, std::string_view channel) {
    return partitions_[index_of(app, channel)];
}

Topic* ClusterHome::find_channel(const ChannelAddress& channel) {
    return partition_of(channel.app, channel.name)
        .topics.find(channel_topic(context_.apps.id(channel.app), channel.name));
}

Topic& ClusterHome::get_channel(const ChannelAddress& channel) {
    if (Topic* const known = find_channel(channel)) return *known;
    Partition& partition = partition_of(channel.app, channel.name);
    Topic& topic = partition.topics.insert(std::make_unique<Topic>(
        partition, channel_topic(context_.apps.id(channel.app), channel.name), channel));
    topic.is_cache = ChannelKind::of(channel.name).cache;
    topic.sequence.begin_after(partition.heard);
    if (topic.is_presence()) topic.presence = std::make_unique<Presence>();
    reader_.follow(topic);
    return topic;
}

Topic* ClusterHome::find_user(const UserAddress& user) {
    return partition_of(user.app, user_home(user.id))
        .topics.find(user_topic(context_.apps.id(user.app), user.id));
}

Topic& ClusterHome::get_user(const UserAddress& user) {
    if (Topic* const known = find_user(user)) return *known;
    Partition& partition = partition_of(user.app, user_home(user.id));
    Topic& topic = partition.topics.insert(
        std::make_unique<Topic>(partition, user_topic(context_.apps.id(user.app), user.id),
                                ChannelAddress{user.app, user.id}));
    topic.sequence.begin_after(partition.heard);
    topic.user = std::make_unique<UserState>();
    reader_.follow(topic);
    return topic;
}

void ClusterHome::forget_if_idle(Topic& topic) {
    if (!topic.is_idle()) return;
    reader_.unfollow(topic);
    const std::string key = topic.key;
    topic.partition.topics.erase(key);
}

// What edges say.

void ClusterHome::on(ShardId from, Join&& join) {
    if (join.again) return repeat(from, join);
    Topic& topic = get_channel(join.channel);
    take_in(from, join, topic);
    topic.waiting.push_back({from, join.ticket, std::move(join.member), false});
    holdings_.want(topic);
    if (publisher_.is_alone()) answer_all(topic);
}

void ClusterHome::repeat(ShardId from, const Join& join) {
    Topic* const topic = find_channel(join.channel);
    if (topic == nullptr) return;
    WaitingJoin repeated{from, join.ticket, std::nullopt, true};
    const auto is_first = [&](const WaitingJoin& one) {
        return one.from == from && one.ticket == join.ticket;
    };
    const auto first = std::ranges::find_if(topic->waiting, is_first);
    if (first != topic->waiting.end()) {
        repeated = *first;
        repeated.again = true;
        topic->waiting.push_back(repeated);
        return;
    }
    if (topic->presence) {
        const auto member = topic->presence->member_of.find({from, join.ticket.number});
        if (member == topic->presence->member_of.end()) return;  // It was refused.
        repeated.member = PresenceData{member->second, topic->presence->local[member->second].info};
    }
    answer_join(*topic, repeated);
}

void ClusterHome::take_in(ShardId from, const Join& join, Topic& topic) {
    topic.counted = join.counted;
    ++topic.subscriptions;
    const auto of_shard = std::ranges::find(topic.shards, from, &Topic::ShardCount::shard);
    if (of_shard == topic.shards.end()) {
        topic.shards.push_back({from, 1});
    } else {
        ++of_shard->subscriptions;
    }
    if (!join.member || !topic.presence) return;
    Presence& presence = *topic.presence;
    presence.members_max = join.presence_members_max;
    presence.member_of.emplace(SubscriptionKey{from, join.ticket.number}, join.member->user_id);
    Presence::Local& local = presence.local[join.member->user_id];
    if (++local.connections > 1) return;
    local.info = join.member->user_info;
    local.is_unsent = true;
    presence.steps.push_back({true, join.member->user_id, local.info.value_or("")});
}

void ClusterHome::on(ShardId from, Leave&& leave) {
    Topic* const topic = find_channel(leave.channel);
    if (topic == nullptr) return;  // Its join was refused.
    if (topic->presence &&
        !topic->presence->member_of.contains(SubscriptionKey{from, leave.ticket.number})) {
        return;
    }
    std::erase_if(topic->waiting, [&](const WaitingJoin& one) {
        return one.from == from && one.ticket == leave.ticket;
    });
    let_go(*topic, from, leave.ticket, true);
    holdings_.want(*topic);
}

/// `tell`: Redis has been told of the member, or will be.
void ClusterHome::let_go(Topic& topic, ShardId from, const JoinTicket& ticket, bool tell) {
    const auto of_shard = std::ranges::find(topic.shards, from, &Topic::ShardCount::shard);
    if (of_shard == topic.shards.end()) return;
    if (--of_shard->subscriptions == 0) topic.shards.erase(of_shard);
    --topic.subscriptions;
    if (!topic.presence) return;
    Presence& presence = *topic.presence;
    const auto key = presence.member_of.find(SubscriptionKey{from, ticket.number});
    if (key == presence.member_of.end()) return;
    const auto local = presence.local.find(key->second);
    if (--local->second.connections == 0) {
        const std::string& user_id = local->first;
        if (local->second.is_unsent) {
            const auto entered = std::ranges::find(presence.steps.rbegin(), presence.steps.rend(),
                                                   user_id, &HoldStep::user_id);
            presence.steps.erase(std::prev(entered.base()));
        } else if (tell) {
            presence.steps.push_back({false, user_id, {}});
        }
        presence.local.erase(local);
    }
    presence.member_of.erase(key);
}

void ClusterHome::on(ShardId from, Publish&& publish) {
    KeptEvent event;
    event.cost = PublishBudget::cost(publish);
    event.partition =
        static_cast<std::uint8_t>(index_of(publish.channel.app, publish.channel.name));
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
    Topic* const topic = find_channel(event.channel);
    const bool subscribed =
        topic != nullptr &&
        (topic->presence
             ? topic->presence->member_of.contains(SubscriptionKey{from, event.sender.number})
             : topic->subscriptions > 0);
    if (!subscribed) {
        return send_(from, ClientEventRefused{event.sender.connection, event.socket_id});
    }
    if (!event.webhook.empty()) webhooks_.client_event(event.channel, std::move(event.webhook));
    if (bus_.is_up() && bus_.in_flight() < client_events_in_flight_max) {
        bus_.publish(topic->partition.prefix + "t:" + topic->key,
                     client_event_message(context_.process, event.socket_id, event.text));
    } else {
        ++context_.metrics.client_events_dropped;
    }
    fan_out(*topic, std::move(event.text), event.socket_id, event.accepted);
}

void ClusterHome::on(ShardId from, ChannelQuery&& query) {
    queries_.on(from, std::move(query));
}

void ClusterHome::on(ShardId from, SignIn&& message) {
    Topic& topic = get_user(message.user);
    topic.user->shards.push_back(from);
    if (topic.user->shards.size() == 1) holdings_.want(topic);
}

void ClusterHome::on(ShardId from, SignOut&& message) {
    Topic* const topic = find_user(message.user);
    if (topic == nullptr) return;
    auto& shards = topic->user->shards;
    shards.erase(std::remove(shards.begin(), shards.end(), from), shards.end());
    if (shards.empty()) holdings_.want(*topic);
}

void ClusterHome::on(ShardId from, Watch&& message) {
    Topic& topic = get_user(message.user);
    UserState& user = *topic.user;
    user.watchers.push_back({from, message.number});
    if (user.is_known) {
        send_(from, UserStatus{message.user, message.number, user.online});
    } else if (publisher_.is_alone()) {
        set_online(topic, false);
    }
}

void ClusterHome::on(ShardId from, Unwatch&& message) {
    Topic* const topic = find_user(message.user);
    if (topic == nullptr) return;
    std::erase_if(topic->user->watchers,
                  [from](const UserState::Watcher& watcher) { return watcher.shard == from; });
    forget_if_idle(*topic);
}

void ClusterHome::on(ShardId from, TerminateUser&& message) {
    Publish publish;
    publish.channel = {message.user.app, user_home(message.user.id)};
    KeptEvent event;
    event.cost = PublishBudget::cost(publish);
    if (!node_.budget.take(event.cost)) {  // Nobody waits for an answer.
        if (const Topic* const topic = find_user(message.user)) close_user(*topic);
        return;
    }
    event.partition =
        static_cast<std::uint8_t>(index_of(message.user.app, user_home(message.user.id)));
    event.topic = user_topic(context_.apps.id(message.user.app), message.user.id);
    event.kind = static_cast<char>(BusMessage::Kind::terminate);
    event.channel = {message.user.app, message.user.id};
    event.edge = from;
    event.accepted = loop_.now();
    publisher_.publish(std::move(event));
}

void ClusterHome::on(ShardId from, AskConnection&& message) {
    const std::string& app = context_.apps.id(message.app);
    Partition& partition = partition_of(message.app, "");
    const std::string key = quota_topic(app);
    Topic* topic = partition.topics.find(key);
    if (topic == nullptr) {
        topic = &partition.topics.insert(
            std::make_unique<Topic>(partition, key, ChannelAddress{message.app, {}}));
        topic->quota = std::make_unique<QuotaState>();
    }
    topic->quota->connections_max = message.connections_max;
    topic->quota->waiting.push_back({from, message.ticket});
    holdings_.want(*topic);
    if (publisher_.is_alone()) answer_all(*topic);
}

void ClusterHome::on(ShardId from, EndConnection&& message) {
    Topic* const topic =
        partition_of(message.app, "").topics.find(quota_topic(context_.apps.id(message.app)));
    if (topic == nullptr) return;
    QuotaState& quota = *topic->quota;
    const QuotaState::Place place{from, message.ticket};
    if (const auto waiting = std::ranges::find(quota.waiting, place);
        waiting != quota.waiting.end()) {
        if (static_cast<std::size_t>(waiting - quota.waiting.begin()) < quota.asked) --quota.asked;
        quota.waiting.erase(waiting);
    } else if (quota.admitted.erase(place) == 0) {
        return;  // Refused, which it had not heard yet.
    }
    holdings_.want(*topic);
}

/// `granted`: how many of those who are here, and of those who were asked for, may be.
void ClusterHome::admit(Topic& topic, std::uint64_t granted) {
    QuotaState& quota = *topic.quota;
    for (; quota.asked > 0; --quota.asked) {
        const QuotaState::Place place = quota.waiting.front();
        quota.waiting.pop_front();
        const bool admitted = quota.admitted.size() < granted;
        if (admitted) quota.admitted.insert(place);
        send_(place.shard, ConnectionAnswer{place.ticket, admitted});
    }
}

// Answers to edges.

std::string ClusterHome::succeeded(Topic& topic, const std::optional<PresenceData>& member) {
    if (!topic.presence) return subscription_succeeded(topic.channel.name);
    MemberList& replica = topic.presence->replica;
    if (!member || replica.contains(member->user_id)) return replica.succeeded(topic.channel.name);
    // Redis has not said yet that they are there, and they know it themselves.
    const auto [entry, is_new] = replica.add(member->user_id, member->user_info);
    std::string text = replica.succeeded(topic.channel.name);
    replica.remove(entry);
    return text;
}

std::string ClusterHome::after_success(Topic& topic) {
    if (!topic.is_cache || !topic.sequence.is_based()) return {};
    if (topic.last_event && topic.last_event->expires > loop_.now()) {
        return topic.last_event->text;
    }
    topic.last_event.reset();
    if (bus_.is_up()) {
        Arguments arguments;
        arguments.add(topic.key);
        bus_.call(Script::missed, topic.partition.prefix, arguments,
                  [this, &partition = topic.partition](const RedisReply& reply) {
                      life_.note(partition, "-", reply.integer());
                  });
    }
    return cache_miss(topic.channel.name);
}

void ClusterHome::answer_join(Topic& topic, const WaitingJoin& join) {
    JoinAnswer answer{topic.channel, join.ticket, std::nullopt, {}, {}, join.again};
    answer.succeeded = succeeded(topic, join.member);
    if (!join.again) answer.cached = after_success(topic);
    send_(join.from, std::move(answer));
}

void ClusterHome::answer_ready(Topic& topic) {
    if (!topic.sequence.is_based() || topic.waiting.empty()) return;
    std::deque<WaitingJoin> ready;
    for (auto join = topic.waiting.begin(); join != topic.waiting.end();) {
        const bool is_ready =
            join->state == WaitingJoin::State::confirmed && join->number <= topic.sequence.number();
        if (!is_ready) {
            ++join;
            continue;
        }
        ready.push_back(std::move(*join));
        join = topic.waiting.erase(join);
    }
    for (const WaitingJoin& join : ready) answer_join(topic, join);
}

void ClusterHome::answer_all(Topic& topic) {
    if (topic.quota) {
        topic.quota->asked = topic.quota->waiting.size();
        return admit(topic, topic.held());
    }
    const std::deque<WaitingJoin> waiting = std::exchange(topic.waiting, {});
    for (const WaitingJoin& join : waiting) answer_join(topic, join);
}

void ClusterHome::refuse(Topic& topic, const std::vector<std::string>& user_ids) {
    const std::deque<WaitingJoin> waiting = std::exchange(topic.waiting, {});
    for (const WaitingJoin& join : waiting) {
        const bool refused =
            join.member && std::ranges::find(user_ids, join.member->user_id) != user_ids.end();
        if (!refused) {
            topic.waiting.push_back(join);
            continue;
        }
        if (join.again) continue;
        let_go(topic, join.from, join.ticket, false);
        const Error error{Errc::channel_full, "The presence channel is full"};
        send_(join.from, JoinAnswer{topic.channel, join.ticket, error, {}, {}, false});
    }
    holdings_.want(topic);
}

// What Redis says.

void ClusterHome::on_said(Topic& topic, const BusMessage& message) {
    using Kind = BusMessage::Kind;
    switch (message.kind) {
        case Kind::event: {
            std::optional<TimePoint> accepted;
            if (message.speaker == context_.process_hash) {
                accepted = publisher_.accepted(message.counter);
            }
            return event_said(topic, message.body, message.excluded,
                              accepted.value_or(loop_.now()));
        }
        case Kind::client_event:
            return fan_out(topic, std::string(message.body), message.excluded, loop_.now());
        case Kind::terminate:
            return close_user(topic);
        case Kind::online:
        case Kind::offline:
            if (topic.user) set_online(topic, message.kind == Kind::online);
            return;
        case Kind::count: {
            const std::uint64_t count = number_in(message.body);
            // Who joins here is answered first, and then told.
            confirm(topic, message, [](const WaitingJoin&) { return true; });
            answer_ready(topic);
            return fan_out(topic, subscription_count(topic.channel.name, count), {}, {});
        }
        case Kind::member_added:
        case Kind::member_removed:
            break;
        default:  // Of a later release.
            return;
    }
    const auto change = MemberChange::parse(message.body);
    if (!change || !topic.presence) return;
    topic.presence->number = message.number;
    if (message.kind == Kind::member_removed) return member_went(topic, change->user_id);
    member_came(topic, change->user_id, change->info);
    // Who joins here is answered in this very step, or would miss what others now say to them.
    confirm(topic, message, [&](const WaitingJoin& join) {
        return join.member && join.member->user_id == change->user_id;
    });
}

/// What an operation of this node did is heard, maybe before its answer: those whom it brought need
/// not wait for that. What an earlier operation said of the same user is not about them.
void ClusterHome::confirm(Topic& topic, const BusMessage& message,
                          const std::function<bool(const WaitingJoin&)>& concerns) {
    if (message.speaker != fnv1a(topic.partition.node)) return;
    for (WaitingJoin& join : topic.waiting) {
        const bool is_brought = join.state == WaitingJoin::State::sent &&
                                join.operation == message.operation() && concerns(join);
        if (!is_brought) continue;
        join.state = WaitingJoin::State::confirmed;
        join.number = message.number;
    }
}

void ClusterHome::event_said(Topic& topic, std::string_view text, SocketId excluded,
                             TimePoint accepted) {
    if (topic.is_cache) {
        const Duration stays = context_.apps.cache_time(topic.channel.app);
        topic.last_event.reset(new LastEvent{std::string(text), loop_.now() + stays});
    }
    fan_out(topic, std::string(text), excluded, accepted);
}

void ClusterHome::member_came(Topic& topic, std::string_view user_id, std::string_view info) {
    const std::string id(user_id);
    std::optional<std::string> user_info;
    if (!info.empty()) user_info = info;
    if (!topic.presence->replica.add(id, user_info).second) return;
    const bool is_here = topic.presence->local.contains(id);
    fan_out(topic, member_added(topic.channel.name, id, user_info), {}, {}, is_here ? id : "");
}

void ClusterHome::member_went(Topic& topic, std::string_view user_id) {
    if (!topic.presence->replica.remove(user_id)) return;
    const bool is_here = topic.presence->local.contains(std::string(user_id));
    fan_out(topic, member_removed(topic.channel.name, user_id), {}, {},
            is_here ? std::string(user_id) : "");
}

void ClusterHome::take_members(Topic& topic, const TopicRead& read) {
    boost::unordered_flat_map<std::string_view, std::string_view> members;
    for (const auto& [id, info] : read.members) members.emplace(id, info);
    for (const std::string& id : topic.presence->replica.ids()) {
        if (!members.contains(id)) member_went(topic, id);
    }
    for (const auto& [id, info] : read.members) member_came(topic, id, info);
    topic.presence->number = std::max(topic.presence->number, read.members_number);
}

void ClusterHome::set_online(Topic& topic, bool said) {
    UserState& user = *topic.user;
    user.said = said;
    const bool online = said || !user.shards.empty();
    if (user.is_known && user.online == online) return;
    user.is_known = true;
    user.online = online;
    const UserAddress address{topic.channel.app, topic.channel.name};
    for (const UserState::Watcher& watcher : user.watchers) {
        send_(watcher.shard, UserStatus{address, watcher.number, online});
    }
}

void ClusterHome::close_user(const Topic& topic) {
    if (!topic.user) return;
    // A copy: on this very shard they are closed, and signed out, at once.
    const auto shards = topic.user->shards;
    const UserAddress address{topic.channel.app, topic.channel.name};
    for (const ShardId shard : shards) send_(shard, CloseUser{address});
}

void ClusterHome::fan_out(const Topic& topic, std::string text, SocketId excluded,
                          TimePoint accepted, std::string excluded_user) {
    if (topic.shards.empty()) return;
    for (std::size_t i = 0; i + 1 < topic.shards.size(); ++i) {
        send_(topic.shards[i].shard,
              Deliver{topic.channel, text, excluded, accepted, excluded_user});
    }
    send_(topic.shards.back().shard,
          Deliver{topic.channel, std::move(text), excluded, accepted, std::move(excluded_user)});
}

void ClusterHome::on_read(Topic& topic, const TopicRead& read) {
    if (topic.user && (!read.recovering || !topic.user->is_known)) {
        set_online(topic, read.subscriptions > 0);
    }
    if (topic.presence && read.has_members) take_members(topic, read);
    holdings_.resume(topic);
}

void ClusterHome::on_moved(Topic& topic) {
    answer_ready(topic);
}

void ClusterHome::on_told(Topic& topic, std::uint64_t number,
                          const std::vector<std::string>& refused) {
    if (topic.quota) admit(topic, number);
    if (topic.user && topic.user->is_known) set_online(topic, topic.user->said);
    if (!refused.empty()) refuse(topic, refused);
    answer_ready(topic);
    forget_if_idle(topic);
}

void ClusterHome::on_message(std::string_view topic, std::string_view message) {
    reader_.on_message(topic, message);
}

void ClusterHome::on_subscribed(std::string_view topic) {
    reader_.on_subscribed(topic);
}

void ClusterHome::on_webhook(std::string_view record) {
    // A letter, a count, the length of the topic, the topic, the user: see scripts/lib.lua.
    if (record.size() < 2) return;
    const auto kind = webhook_kind_of(record.front());
    std::size_t count = 0;
    std::size_t length = 0;
    const char* const end = record.data() + record.size();
    const auto counted = std::from_chars(record.data() + 2, end, count);
    if (!kind || counted.ec != std::errc{} || counted.ptr == end) return;
    const auto measured = std::from_chars(counted.ptr + 1, end, length);
    if (measured.ec != std::errc{} || measured.ptr == end) return;
    const std::string_view rest(measured.ptr + 1, static_cast<std::size_t>(end - measured.ptr - 1));
    if (length > rest.size()) return;
    const auto topic = TopicName::parse(rest.substr(0, length));
    if (!topic) return;
    const auto app = context_.apps.find(topic->app_id);
    if (!app) return;
    const bool is_user = topic->kind == 'u';
    const std::string channel(is_user ? "" : topic->name);
    const std::string user(is_user ? topic->name : rest.substr(length));
    webhooks_.decided(*kind, *app, channel, user, count);
}

// Life.

void ClusterHome::on_up(std::string_view run_id) {
    const bool other_server = context_.run_id != run_id;
    context_.run_id = run_id;
    context_.epoch = fnv1a(run_id);
    context_.metrics.connected = 1;
    if (other_server && self_ == ShardId{}) {
        bus_.ask_memory_policy([](std::string_view policy) {
            if (policy == "noeviction") return;
            spdlog::warn(
                "Redis throws keys away when its memory is full (maxmemory-policy {}): set "
                "noeviction",
                policy);
        });
    }
    life_.on_up(other_server);
    publisher_.on_up(other_server);
    reader_.on_up();
}

void ClusterHome::on_down(std::string_view why) {
    if (ready_) return failed_(std::string(why));
    context_.metrics.connected = 0;
    if (!down_since_) {
        down_since_ = loop_.now();
        ++context_.metrics.losses;
        if (self_ == ShardId{}) spdlog::warn("Redis is lost: {}", why);
    }
    life_.on_down();
    reader_.on_down();
    publisher_.on_down();
    for (Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) holdings_.on_down(*topic);
    }
    queries_.on_down();
}

std::size_t ClusterHome::bring(Partition& partition) {
    std::size_t count = 0;
    std::vector<std::string> idle;
    for (const auto& topic : partition.topics) {
        count += holdings_.bring(*topic) ? 1 : 0;
        if (topic->is_idle()) idle.push_back(topic->key);
    }
    for (const std::string& key : idle) forget_if_idle(*partition.topics.find(key));
    return count;
}

void ClusterHome::on_recovered(Partition& partition) {
    for (const auto& topic : partition.topics) {
        if (topic->presence || topic->user) reader_.read_state(*topic);
    }
}

void ClusterHome::on_inside() {
    down_since_.reset();
    if (ready_) std::exchange(ready_, nullptr)();
}

void ClusterHome::answer(ShardId edge, PublishAnswer answer) {
    send_(edge, answer);
}

void ClusterHome::on_alone(const KeptEvent& event) {
    Partition& partition = partitions_[event.partition];
    partition.heard.hear(context_.process_hash, event.counter);
    Topic* const topic = partition.topics.find(event.topic);
    if (topic == nullptr || !topic->sequence.hear(context_.process_hash, event.counter)) return;
    if (event.kind == static_cast<char>(BusMessage::Kind::terminate)) return close_user(*topic);
    event_said(*topic, event.text, event.excluded, event.accepted);
}

void ClusterHome::judge_alone() {
    const milliseconds timeout(node_.options.timeout_ms);
    if (down_since_ && bus_.is_up() && life_.is_inside()) {
        if (self_ == ShardId{}) spdlog::info("Redis is back");
        down_since_.reset();
    }
    const bool down = down_since_ && loop_.now() - *down_since_ >= timeout;
    if (down || publisher_.is_overdue(timeout)) return set_alone(true);
    if (!down_since_ && !publisher_.lags()) set_alone(false);
}

void ClusterHome::set_alone(bool alone) {
    if (alone == publisher_.is_alone()) return;
    context_.metrics.alone = alone ? 1 : 0;
    publisher_.set_alone(alone);
    if (!alone) return;
    if (self_ == ShardId{}) spdlog::warn("Redis does not answer: this node goes on by itself");
    for (Partition& partition : partitions_) {
        // An answer may lead to another topic, in the middle of it.
        std::vector<std::string> keys;
        for (const auto& topic : partition.topics) keys.push_back(topic->key);
        for (const std::string& key : keys) {
            Topic* const topic = partition.topics.find(key);
            if (topic == nullptr) continue;
            if (topic->user && !topic->user->is_known) set_online(*topic, false);
            answer_all(*topic);
        }
    }
}

void ClusterHome::advance() {
    next_tick_ = loop_.now() + tick;
    if (!ready_) judge_alone();
    life_.advance();
    reader_.sweep();
    publisher_.advance();
    context_.metrics.commands_in_flight = bus_.in_flight();
    count_partitions();
    leave_if_told();
}

void ClusterHome::count_partitions() {
    context_.metrics.partitions_registered = context_.metrics.partitions_recovering = 0;
    for (const Partition& partition : partitions_) {
        if (partition.standing == Partition::Standing::inside) {
            ++context_.metrics.partitions_registered;
        }
        if (partition.recovering) ++context_.metrics.partitions_recovering;
    }
}

void ClusterHome::end_turn() {
    holdings_.end_turn();
    publisher_.end_turn();
    bus_.flush();
}

void ClusterHome::for_each(const Visit& visit) const {
    for (const Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) {
            if (topic->subscriptions > 0) {
                visit(topic->channel.name, topic->subscriptions);
            }
        }
    }
}

void ClusterHome::leave(std::function<void()> done) {
    leaving_ = std::move(done);
    leave_if_told();
}

void ClusterHome::leave_if_told() {
    if (!leaving_ || left_) return;
    // For what was accepted it is worth to wait for Redis, as long as there is grace.
    if (!publisher_.is_idle() || (bus_.is_up() && !holdings_.is_idle())) return;
    left_ = true;
    life_.leave([this] { std::exchange(leaving_, nullptr)(); });
}

}  // namespace carillon
