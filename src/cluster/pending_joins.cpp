#include "pending_joins.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "carillon/base/hash.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {

Topic& PendingJoins::on(ShardId from, Join&& join) {
    Topic& topic = topics_.get_channel(join.channel);
    add(topic, from, join);
    topic.waiting.push_back({from, join.ticket, std::move(join.member)});
    local_state_.mark_changed(topic);
    return topic;
}

void PendingJoins::add(Topic& topic, ShardId from, const Join& join) {
    topic.has_joined = true;
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
    presence.member_of.emplace(SubscriptionKey{from, join.ticket.id}, join.member->user_id);
    Presence::Local& local = presence.local[join.member->user_id];
    if (++local.connections > 1) return;
    local.info = join.member->user_info;
    local.is_unsent = true;
    presence.steps.push_back({true, join.member->user_id, local.info.value_or("")});
}

void PendingJoins::repeat(ShardId from, const Join& join) {
    Topic* const topic = topics_.find_channel(join.channel);
    if (topic == nullptr) return;
    WaitingJoin repeated{from, join.ticket, std::nullopt, true};
    const auto is_first = [&](const WaitingJoin& one) {
        return one.from == from && one.ticket == join.ticket;
    };
    const auto first = std::ranges::find_if(topic->waiting, is_first);
    if (first != topic->waiting.end()) {
        repeated = *first;
        repeated.is_repeat = true;
        topic->waiting.push_back(repeated);
        return;
    }
    if (topic->presence) {
        const auto member = topic->presence->member_of.find({from, join.ticket.id});
        if (member == topic->presence->member_of.end()) return;  // It was refused.
        repeated.member = PresenceData{member->second, topic->presence->local[member->second].info};
    }
    answer(*topic, repeated);
}

void PendingJoins::on(ShardId from, const Leave& leave) {
    Topic* const topic = topics_.find_channel(leave.channel);
    if (topic == nullptr) return;  // Its join was refused.
    if (topic->presence &&
        !topic->presence->member_of.contains(SubscriptionKey{from, leave.ticket.id})) {
        return;
    }
    std::erase_if(topic->waiting, [&](const WaitingJoin& one) {
        return one.from == from && one.ticket == leave.ticket;
    });
    remove(*topic, from, leave.ticket, true);
    local_state_.mark_changed(*topic);
}

/// `is_sent`: the join was sent to Redis, or will be, so a member's departure has to be, too.
void PendingJoins::remove(Topic& topic, ShardId from, const JoinTicket& ticket, bool is_sent) {
    const auto of_shard = std::ranges::find(topic.shards, from, &Topic::ShardCount::shard);
    if (of_shard == topic.shards.end()) return;
    if (--of_shard->subscriptions == 0) topic.shards.erase(of_shard);
    if (--topic.subscriptions == 0) note_departure(context_, topic);
    if (!topic.presence) return;
    Presence& presence = *topic.presence;
    const auto key = presence.member_of.find(SubscriptionKey{from, ticket.id});
    if (key == presence.member_of.end()) return;
    const auto local = presence.local.find(key->second);
    if (--local->second.connections == 0) {
        const std::string& user_id = local->first;
        if (local->second.is_told) note_departure(context_, topic, user_id);
        if (local->second.is_unsent) {
            const auto entered = std::ranges::find(presence.steps.rbegin(), presence.steps.rend(),
                                                   user_id, &MemberStep::user_id);
            presence.steps.erase(std::prev(entered.base()));
        } else if (is_sent) {
            presence.steps.push_back({false, user_id, {}});
        }
        presence.local.erase(local);
    }
    presence.member_of.erase(key);
}

void PendingJoins::confirm(Topic& topic, const BusMessage& message) {
    if (message.producer != fnv1a(topic.partition.node)) return;
    const auto change = message.kind == BusMessage::Kind::member_added
                            ? MemberChange::parse(message.body)
                            : std::nullopt;
    for (WaitingJoin& join : topic.waiting) {
        // A message of an earlier operation is about an earlier visit of the same user.
        if (join.state != WaitingJoin::State::sent || join.operation != message.operation()) {
            continue;
        }
        if (change && (!join.member || join.member->user_id != change->user_id)) continue;
        join.state = WaitingJoin::State::confirmed;
        join.sequence = message.sequence;
    }
    answer_ready(topic);
}

void PendingJoins::answer_ready(Topic& topic) {
    if (!topic.sequence.is_based() || topic.waiting.empty()) return;
    std::deque<WaitingJoin> ready;
    for (auto join = topic.waiting.begin(); join != topic.waiting.end();) {
        const bool is_ready =
            join->state == WaitingJoin::State::confirmed && join->sequence <= topic.sequence.last();
        if (!is_ready) {
            ++join;
            continue;
        }
        ready.push_back(std::move(*join));
        join = topic.waiting.erase(join);
    }
    for (const WaitingJoin& join : ready) answer(topic, join);
}

void PendingJoins::answer_all(Topic& topic) {
    const std::deque<WaitingJoin> waiting = std::exchange(topic.waiting, {});
    for (const WaitingJoin& join : waiting) answer(topic, join);
}

void PendingJoins::refuse(Topic& topic, const std::vector<std::string>& user_ids) {
    const std::deque<WaitingJoin> waiting = std::exchange(topic.waiting, {});
    for (const WaitingJoin& join : waiting) {
        const bool refused =
            join.member && std::ranges::find(user_ids, join.member->user_id) != user_ids.end();
        if (!refused) {
            topic.waiting.push_back(join);
            continue;
        }
        if (join.is_repeat) continue;
        remove(topic, join.from, join.ticket, false);
        const Error error{
            Errc::channel_full,
            "The presence channel has as many members as max_presence_members allows"};
        send_(join.from, JoinAnswer{topic.channel, join.ticket, error, {}, {}, false});
    }
    local_state_.mark_changed(topic);
}

void PendingJoins::answer(Topic& topic, const WaitingJoin& join) {
    JoinAnswer answer{topic.channel, join.ticket, std::nullopt, {}, {}, join.is_repeat};
    answer.succeeded = succeeded(topic, join.member);
    if (!join.is_repeat) answer.cached = after_success(topic);
    send_(join.from, std::move(answer));
}

std::string PendingJoins::succeeded(Topic& topic, const std::optional<PresenceData>& member) {
    if (!topic.presence) return subscription_succeeded(topic.channel.name);
    MemberList& replica = topic.presence->replica;
    if (!member || replica.contains(member->user_id)) return replica.succeeded(topic.channel.name);
    // The member_added has not arrived (the shard is detached): the client itself is a member.
    const auto [entry, is_new] = replica.add(member->user_id, member->user_info);
    std::string text = replica.succeeded(topic.channel.name);
    replica.remove(entry);
    return text;
}

std::string PendingJoins::after_success(Topic& topic) {
    if (!topic.is_cache) return {};
    // The shard is detached, and the last event has not been read: there is none to be had.
    if (!topic.sequence.is_based()) return cache_miss(topic.channel.name);
    if (topic.last_event && topic.last_event->expires > context_.now()) {
        return topic.last_event->text;
    }
    topic.last_event.reset();
    if (context_.bus.is_up()) {
        context_.bus.run(topic.partition.prefix, scripts::CacheMiss{topic.key},
                         [this, &partition = topic.partition](
                             const ScriptResult<scripts::CacheMiss::Reply>& result) {
                             if (!result) return;
                             lease_.apply_news(partition, {.has_webhooks = result->has_webhooks});
                         });
    }
    return cache_miss(topic.channel.name);
}

}  // namespace carillon
