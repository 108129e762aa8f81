#include "carillon/channels/webhook_events.hpp"

#include <algorithm>
#include <chrono>

#include "carillon/channels/pacing.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {
namespace {

WebhookKind arrival_of(WebhookKind departure) noexcept {
    switch (departure) {
        case WebhookKind::channel_vacated:
            return WebhookKind::channel_occupied;
        case WebhookKind::member_removed:
            return WebhookKind::member_added;
        default:
            return WebhookKind::user_online;
    }
}

std::string text_of(WebhookKind kind, const std::string& channel, const std::string& user_id) {
    switch (kind) {
        case WebhookKind::member_added:
        case WebhookKind::member_removed:
            return member_webhook(kind, channel, user_id);
        case WebhookKind::user_online:
        case WebhookKind::user_offline:
            return user_webhook(kind, user_id);
        default:
            return channel_webhook(kind, channel);
    }
}

/// Webhooks do not report a user's own channel.
bool is_reported(const ChannelAddress& channel) noexcept {
    return !channel.name.starts_with(user_channel_prefix);
}

}  // namespace

void WebhookEvents::set_apps(std::span<const std::shared_ptr<const App>> apps) {
    for (WebhookRule& rule : rules_) rule = {};
    for (const auto& app : apps) {
        rules_[app->index] = {app->webhook_kinds, app->webhook_grace};
    }
}

void WebhookEvents::occupied(const ChannelAddress& channel) {
    if (!is_reported(channel)) return;
    on_arrival(WebhookKind::channel_occupied,
               {channel.app, WebhookKind::channel_vacated, channel.name, {}});
}

void WebhookEvents::vacated(const ChannelAddress& channel) {
    if (!is_reported(channel)) return;
    on_departure({channel.app, WebhookKind::channel_vacated, channel.name, {}});
}

void WebhookEvents::member_added(const ChannelAddress& channel, const std::string& user_id) {
    on_arrival(WebhookKind::member_added,
               {channel.app, WebhookKind::member_removed, channel.name, user_id});
}

void WebhookEvents::member_removed(const ChannelAddress& channel, const std::string& user_id) {
    on_departure({channel.app, WebhookKind::member_removed, channel.name, user_id});
}

void WebhookEvents::online(const UserAddress& user) {
    on_arrival(WebhookKind::user_online, {user.app, WebhookKind::user_offline, {}, user.id});
}

void WebhookEvents::offline(const UserAddress& user) {
    on_departure({user.app, WebhookKind::user_offline, {}, user.id});
}

void WebhookEvents::on_arrival(WebhookKind kind, const Departure& cancelled) {
    const WebhookKinds kinds = rule_of(cancelled.app).kinds;
    if (!kinds.has(kind) && !kinds.has(cancelled.kind)) return;
    if (const auto deferred = deferred_.find(cancelled); deferred != deferred_.end()) {
        by_due_.erase(deferred->second);
        deferred_.erase(deferred);
        return;
    }
    push(kind, cancelled.app, cancelled.channel, cancelled.user_id,
         text_of(kind, cancelled.channel, cancelled.user_id));
}

void WebhookEvents::on_departure(Departure departure) {
    const WebhookRule& rule = rule_of(departure.app);
    const bool matters =
        rule.kinds.has(departure.kind) || rule.kinds.has(arrival_of(departure.kind));
    if (!matters) return;
    if (rule.grace == Duration::zero()) return push_departure(departure);
    defer(std::move(departure));
}

void WebhookEvents::defer(Departure departure) {
    const Due due{now_() + rule_of(departure.app).grace, ++last_departure_};
    const auto [deferred, is_new] = deferred_.try_emplace(departure, due);
    if (is_new) by_due_.emplace(due, std::move(departure));
    if (deferred_.size() > deferred_max) push_oldest_departure();
}

void WebhookEvents::push_oldest_departure() {
    const auto first = by_due_.extract(by_due_.begin());
    deferred_.erase(first.mapped());
    push_departure(first.mapped());
}

void WebhookEvents::push_departure(const Departure& departure) {
    push(departure.kind, departure.app, departure.channel, departure.user_id,
         text_of(departure.kind, departure.channel, departure.user_id));
}

void WebhookEvents::cache_miss(const ChannelAddress& channel) {
    if (!rule_of(channel.app).kinds.has(WebhookKind::cache_miss)) return;
    const TimePoint now = now_();
    while (!recent_miss_expiries_.empty() && recent_miss_expiries_.front().first <= now) {
        recent_misses_.erase(recent_miss_expiries_.front().second);
        recent_miss_expiries_.pop_front();
    }
    const MissedChannel missed{channel.app, channel.name};
    if (!recent_misses_.insert(missed).second) return;
    recent_miss_expiries_.emplace_back(now + cache_miss_interval, missed);
    push(WebhookKind::cache_miss, channel.app, channel.name, {},
         channel_webhook(WebhookKind::cache_miss, channel.name));
}

void WebhookEvents::subscription_count(const ChannelAddress& channel, std::size_t count) {
    if (!rule_of(channel.app).kinds.has(WebhookKind::subscription_count)) return;
    push(WebhookKind::subscription_count, channel.app, channel.name, {},
         count_webhook(channel.name, count));
}

void WebhookEvents::push_decided(WebhookKind kind, AppIndex app, const std::string& channel,
                                 const std::string& user_id, std::size_t count) {
    push(kind, app, channel, user_id,
         kind == WebhookKind::subscription_count ? count_webhook(channel, count)
                                                 : text_of(kind, channel, user_id));
}

void WebhookEvents::client_event(const ChannelAddress& channel, std::string text) {
    push(WebhookKind::client_event, channel.app, channel.name, {}, std::move(text));
}

void WebhookEvents::push(WebhookKind kind, AppIndex app, const std::string& channel,
                         const std::string& user_id, std::string text) {
    if (!rule_of(app).kinds.has(kind)) return;
    queue_.push({app, kind, channel, user_id, std::move(text)});
}

std::optional<TimePoint> WebhookEvents::next_due() const {
    if (by_due_.empty()) return std::nullopt;
    return by_due_.begin()->first.first;
}

void WebhookEvents::advance() {
    const TimePoint now = now_();
    while (!by_due_.empty() && by_due_.begin()->first.first <= now) push_oldest_departure();
}

void WebhookEvents::announce_departures() {
    for (const Departure& departure : take_departures()) push_departure(departure);
}

std::vector<Departure> WebhookEvents::take_departures() {
    deferred_.clear();
    std::vector<Departure> departures;
    for (const auto& [due, departure] : by_due_) departures.push_back(departure);
    by_due_.clear();
    return departures;
}

}  // namespace carillon
