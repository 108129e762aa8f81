#include "home_channels.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "carillon/channels/pacing.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {

HomeChannels::Channel* HomeChannels::find(const ChannelAddress& address) {
    return by_app_[address.app].channels.find(address.name);
}

HomeChannels::Channel& HomeChannels::get(const ChannelAddress& address) {
    if (Channel* const existing = find(address)) return *existing;
    return by_app_[address.app].channels.insert(std::make_unique<Channel>(address.name));
}

void HomeChannels::on(ShardId from, Join&& join) {
    if (join.is_repeat) {
        const Channel* const channel = find(join.channel);
        const bool holds =
            channel != nullptr &&
            (!channel->roster || channel->roster->has_subscription({from, join.ticket.id}));
        if (holds) answer(from, join, *channel);
        return;  // Otherwise the first join was refused, which has been answered.
    }
    if (is_full(join)) {
        const Error refusal{
            Errc::channel_full,
            "The presence channel has as many members as max_presence_members allows"};
        return send_(from, JoinAnswer{join.channel, join.ticket, refusal, {}, {}, false});
    }
    admit(from, join, get(join.channel));
}

bool HomeChannels::is_full(const Join& join) {
    if (!join.member) return false;
    const Channel* const channel = find(join.channel);
    return channel != nullptr &&
           !channel->roster->has_room_for(join.member->user_id, join.presence_members_max);
}

void HomeChannels::admit(ShardId from, const Join& join, Channel& channel) {
    bool is_new_member = false;
    if (join.member) {
        if (!channel.roster) channel.roster = std::make_unique<PresenceRoster>();
        is_new_member = channel.roster->add({from, join.ticket.id}, *join.member);
    }
    if (channel.subscriptions == 0) webhooks_.occupied(join.channel);
    if (is_new_member) webhooks_.member_added(join.channel, join.member->user_id);
    const auto of_shard = std::ranges::find(channel.shards, from, &ShardCount::shard);
    if (of_shard == channel.shards.end()) {
        channel.shards.push_back({from, 1});
    } else {
        ++of_shard->subscriptions;
    }
    ++channel.subscriptions;
    // The answer goes first: the new member receives every event of those that know of it.
    answer(from, join, channel);
    if (is_new_member) {
        fan_out(channel, {.channel = join.channel,
                          .text = member_added(join.channel.name, join.member->user_id,
                                               join.member->user_info),
                          .excluded = join.socket_id,
                          .kind = DeliverKind::member_added,
                          .member = join.member->user_id});
    }
    if (join.wants_count) announce_count(join.channel, channel);
}

void HomeChannels::answer(ShardId to, const Join& join, const Channel& channel) {
    const std::string& name = join.channel.name;
    JoinAnswer answer{join.channel, join.ticket, std::nullopt, {}, {}, join.is_repeat};
    answer.succeeded =
        channel.roster ? channel.roster->succeeded(name) : subscription_succeeded(name);
    if (!join.is_repeat) answer.cached = cached_or_miss(join.channel);
    send_(to, std::move(answer));
}

std::string HomeChannels::cached_or_miss(const ChannelAddress& address) {
    if (!ChannelKind::of(address.name).cache) return {};
    const EventCache::Entry* const last =
        by_app_[address.app].last_events.find(address.name, now_());
    if (last != nullptr) return last->text;
    webhooks_.cache_miss(address);
    return cache_miss(address.name);
}

void HomeChannels::on(ShardId from, Leave&& leave) {
    Channel* const channel = find(leave.channel);
    if (channel == nullptr) return;  // Its join was refused.
    PresenceRoster::Removal removal;
    if (channel->roster) {
        removal = channel->roster->remove({from, leave.ticket.id});
        if (!removal.was_subscribed) return;
    }
    const auto of_shard = std::ranges::find(channel->shards, from, &ShardCount::shard);
    if (of_shard == channel->shards.end()) return;
    if (--of_shard->subscriptions == 0) channel->shards.erase(of_shard);
    if (removal.departed_user_id)
        webhooks_.member_removed(leave.channel, *removal.departed_user_id);
    if (--channel->subscriptions == 0) {
        if (leave.wants_count) webhooks_.subscription_count(leave.channel, 0);
        webhooks_.vacated(leave.channel);
        by_app_[leave.channel.app].channels.erase(leave.channel.name);
        return;
    }
    if (removal.departed_user_id) {
        fan_out(*channel, {.channel = leave.channel,
                           .text = member_removed(leave.channel.name, *removal.departed_user_id),
                           .excluded = {},
                           .kind = DeliverKind::member_removed,
                           .member = *removal.departed_user_id});
    }
    if (leave.wants_count) announce_count(leave.channel, *channel);
}

void HomeChannels::announce_count(const ChannelAddress& address, Channel& channel) {
    const TimePoint now = now_();
    if (channel.subscriptions > counts_at_once_max && now < channel.quiet_until) {
        if (channel.count_pending == 0) pending_counts_.emplace(channel.quiet_until, address);
        channel.count_pending = 1;
        return;
    }
    channel.quiet_until = now + count_interval;
    channel.last_announced_count = channel.subscriptions & 0x7fffffffU;
    webhooks_.subscription_count(address, channel.subscriptions);
    fan_out(channel, {.channel = address,
                      .text = subscription_count(address.name, channel.subscriptions),
                      .excluded = {},
                      .kind = DeliverKind::count});
}

std::optional<TimePoint> HomeChannels::next_due() const {
    TimePoint due = next_expiry_;
    if (!pending_counts_.empty()) due = std::min(due, pending_counts_.begin()->first);
    if (due == TimePoint::max()) return std::nullopt;
    return due;
}

void HomeChannels::advance() {
    const TimePoint now = now_();
    next_expiry_ = TimePoint::max();
    for (AppChannels& app : by_app_) {
        app.last_events.expire(now);
        next_expiry_ = std::min(next_expiry_, app.last_events.next_expiry());
    }
    while (!pending_counts_.empty() && pending_counts_.begin()->first <= now) {
        const ChannelAddress address = std::move(pending_counts_.begin()->second);
        pending_counts_.erase(pending_counts_.begin());
        Channel* const channel = find(address);
        if (channel == nullptr || channel->count_pending == 0) continue;
        channel->count_pending = 0;
        // Large ones even if they are as announced last: somebody has joined since then.
        if (channel->subscriptions > counts_at_once_max ||
            channel->subscriptions != channel->last_announced_count) {
            announce_count(address, *channel);
        }
    }
}

void HomeChannels::on(ShardId, Publish&& publish) {
    if (publish.cache) {
        EventCache& last_events = by_app_[publish.channel.app].last_events;
        metrics_.cache_evictions +=
            last_events.put(publish.channel.name, publish.text, *publish.cache, publish.accepted);
        next_expiry_ = std::min(next_expiry_, last_events.next_expiry());
    }
    const Channel* const channel = find(publish.channel);
    if (channel == nullptr) return;
    fan_out(*channel, {std::move(publish.channel), std::move(publish.text), publish.excluded,
                       publish.accepted});
}

void HomeChannels::on(ShardId from, ClientEvent&& event) {
    const Channel* const channel = find(event.channel);
    const bool subscribed =
        channel != nullptr &&
        (!channel->roster || channel->roster->has_subscription({from, event.sender.id}));
    if (!subscribed) {
        return send_(from, ClientEventRefused{event.sender.slot, event.socket_id});
    }
    if (!event.webhook.empty()) webhooks_.client_event(event.channel, std::move(event.webhook));
    fan_out(*channel,
            {std::move(event.channel), std::move(event.text), event.socket_id, event.accepted});
}

void HomeChannels::fan_out(const Channel& channel, Deliver message) {
    // One copy per shard, none per subscriber; the last shard gets the original. A notice to this
    // shard is handled at once, and cannot change the channel: sinks never call back.
    for (std::size_t i = 0; i + 1 < channel.shards.size(); ++i) {
        send_(channel.shards[i].shard, Deliver{message});
    }
    send_(channel.shards.back().shard, std::move(message));
}

void HomeChannels::on(ShardId from, ChannelQuery&& query) {
    ChannelAnswer answer{.query_id = query.query_id, .channels = {}, .users = {}};
    switch (query.kind) {
        case ChannelQuery::Kind::by_prefix:
            for (const auto& channel : by_app_[query.app].channels) {
                const std::string_view name = channel->name();
                if (!name.starts_with(query.prefix) || name.starts_with('#')) continue;
                answer.channels.push_back(summary(name, channel.get()));
            }
            break;
        case ChannelQuery::Kind::by_name:
            for (const std::string& name : query.names) {
                answer.channels.push_back(summary(name, find({query.app, name})));
                if (query.cached) answer.channels.back().cached = cached({query.app, name});
            }
            break;
        case ChannelQuery::Kind::users:
            if (const Channel* const channel = find({query.app, query.names.front()});
                channel != nullptr && channel->roster) {
                answer.users = channel->roster->members(query.with_info);
            }
            break;
        case ChannelQuery::Kind::connections:  // There is no other node.
            break;
    }
    send_(from, std::move(answer));
}

void HomeChannels::for_each(const Home::Visit& visit) const {
    for (const AppChannels& app : by_app_) {
        for (const auto& channel : app.channels) visit(channel->name(), channel->subscriptions);
    }
}

ChannelSummary HomeChannels::summary(std::string_view name, const Channel* channel) {
    ChannelSummary summary;
    summary.name = name;
    summary.presence = ChannelKind::of(name).is_presence();
    if (channel == nullptr) return summary;
    summary.subscriptions = channel->subscriptions;
    if (channel->roster) summary.users = static_cast<std::uint32_t>(channel->roster->users());
    return summary;
}

std::optional<CachedEvent> HomeChannels::cached(const ChannelAddress& address) {
    const TimePoint now = now_();
    const EventCache::Entry* const last = by_app_[address.app].last_events.find(address.name, now);
    if (last == nullptr) return std::nullopt;
    return CachedEvent{last->text, last->expires - now};
}

}  // namespace carillon
