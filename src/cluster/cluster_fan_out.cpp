#include "cluster_fan_out.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "carillon/base/hash.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "partition_state.hpp"

namespace carillon {

void ClusterFanOut::apply(Topic& topic, const BusMessage& message, TimePoint accepted) {
    using Kind = BusMessage::Kind;
    switch (message.kind) {
        case Kind::event:
            return deliver_event(topic, message.body, message.excluded, accepted, message.sequence);
        case Kind::client_event:
            return deliver(topic,
                           {topic.channel, std::string(message.body), message.excluded, accepted});
        case Kind::terminate:
            return terminate(topic, message, Timing::live);
        case Kind::online:
        case Kind::offline:
            if (topic.user) set_online(topic, message.kind == Kind::online);
            return;
        case Kind::count:
            return tell_count(topic, parse_integer<std::uint64_t>(message.body).value_or(0));
        case Kind::member_added:
        case Kind::member_removed:
            return change_member(topic, message);
        default:  // A kind of a later release.
            return;
    }
}

void ClusterFanOut::deliver_event(Topic& topic, std::string_view text, SocketId excluded,
                                  TimePoint accepted, std::uint64_t sequence) {
    if (topic.is_cache) {
        const Duration stays = context_.apps.cache_time(topic.channel.app);
        topic.last_event = std::make_unique<LastEvent>(
            LastEvent{std::string(text), context_.now() + stays, sequence});
    }
    deliver(topic, {topic.channel, std::string(text), excluded, accepted});
}

void ClusterFanOut::tell_count(Topic& topic, std::uint64_t count) {
    topic.told_count = count;
    deliver(topic, {.channel = topic.channel,
                    .text = subscription_count(topic.channel.name, count),
                    .excluded = {},
                    .kind = DeliverKind::count});
}

// Members.

void ClusterFanOut::change_member(Topic& topic, const BusMessage& message) {
    const auto change = MemberChange::parse(message.body);
    if (!change || !topic.presence) return;
    topic.presence->roster_version = message.sequence;
    if (message.kind == BusMessage::Kind::member_removed) {
        remove_member(topic, change->user_id);
    } else {
        add_member(topic, change->user_id, change->info);
    }
}

bool ClusterFanOut::add_member(Topic& topic, std::string_view user_id, std::string_view info) {
    const std::string id(user_id);
    std::optional<std::string> user_info;
    if (!info.empty()) user_info = info;
    if (!topic.presence->replica.add(id, user_info).second) return false;
    const bool is_here = topic.presence->local.contains(id);
    deliver(topic, {.channel = topic.channel,
                    .text = member_added(topic.channel.name, id, user_info),
                    .excluded = {},
                    .kind = DeliverKind::member_added,
                    .excludes_member = is_here,
                    .member = id});
    return true;
}

void ClusterFanOut::remove_member(Topic& topic, std::string_view user_id) {
    if (!topic.presence->replica.remove(user_id)) return;
    const std::string id(user_id);
    deliver(topic, {.channel = topic.channel,
                    .text = member_removed(topic.channel.name, id),
                    .excluded = {},
                    .kind = DeliverKind::member_removed,
                    .excludes_member = topic.presence->local.contains(id),
                    .member = id});
}

bool ClusterFanOut::replace_members(Topic& topic, const TopicRead& read) {
    boost::unordered_flat_map<std::string_view, std::string_view, StringHash> members;
    for (const auto& [id, info] : *read.members) members.emplace(id, info);
    bool has_changed = false;
    for (const std::string& id : topic.presence->replica.ids()) {
        if (members.contains(id)) continue;
        remove_member(topic, id);
        has_changed = true;
    }
    for (const auto& [id, info] : *read.members) {
        has_changed = add_member(topic, id, info) || has_changed;
    }
    // Lower than before, if Redis has gone back to older data.
    if (read.roster_version > 0) topic.presence->roster_version = read.roster_version;
    return has_changed;
}

bool ClusterFanOut::apply_snapshot(Topic& topic, const TopicRead& read) {
    bool has_changed = false;
    if (topic.user && (!read.recovering || !topic.user->is_known)) {
        has_changed =
            topic.user->is_known && topic.user->reported_online != (read.subscriptions > 0);
        set_online(topic, read.subscriptions > 0);
    }
    if (topic.presence && read.members) has_changed = replace_members(topic, read);
    if (read.is_first) {
        topic.told_count = read.count;
    } else if (read.count > 0 && read.count != topic.told_count && !read.recovering) {
        // The message that told it was lost.
        tell_count(topic, read.count);
        has_changed = true;
    }
    return has_changed;
}

// Users.

void ClusterFanOut::set_online(Topic& topic, bool reported) {
    UserState& user = *topic.user;
    user.reported_online = reported;
    const bool online = reported || !user.shards.empty();
    if (user.is_known && user.online == online) return;
    user.is_known = true;
    user.online = online;
    const UserAddress address{topic.channel.app, topic.channel.name};
    for (const UserState::Waiter& watcher : user.watchers) {
        send_(watcher.shard, UserStatus{address, watcher.id, online});
    }
}

/// Whoever signed in after the termination was accepted stays, however late the message is. Of what
/// this node's clock leaves open, a message that comes as it is published ends the sign-ins, and
/// one that a first read finds does not: it is from before, and the user may just have come back.
void ClusterFanOut::terminate(const Topic& topic, const BusMessage& message, Timing timing) {
    const auto& offset = topic.partition.clock_offset;
    const std::uint64_t told = parse_integer<std::uint64_t>(message.body).value_or(message.time_ms);
    // Later is no time that scripts give, and would overflow.
    const bool is_known = offset && told <= BusMessage::number_max / 1000;
    if (!is_known) return close_user(topic, context_.now());
    const std::chrono::milliseconds accepted(told);
    const Duration by_this_clock = timing == Timing::live
                                       ? accepted + std::chrono::milliseconds(1) - offset->at_least
                                       : accepted - offset->at_most;
    close_user(topic, std::min(context_.now(), TimePoint(by_this_clock)));
}

void ClusterFanOut::close_user(const Topic& topic, TimePoint signed_in_until) {
    if (!topic.user) return;
    // A copy: on this shard the connections are closed, and signed out, at once.
    const auto shards = topic.user->shards;
    const UserAddress address{topic.channel.app, topic.channel.name};
    for (const ShardId shard : shards) send_(shard, CloseUser{address, signed_in_until});
}

void ClusterFanOut::deliver(const Topic& topic, Deliver message) {
    if (topic.shards.empty()) return;
    for (std::size_t i = 0; i + 1 < topic.shards.size(); ++i) {
        send_(topic.shards[i].shard, Deliver{message});
    }
    send_(topic.shards.back().shard, std::move(message));
}

}  // namespace carillon
