#include "carillon/channels/webhook_events.hpp"

#include <algorithm>
#include <chrono>

#include "carillon/protocol/channel_name.hpp"

namespace carillon {
namespace {

constexpr std::chrono::seconds cache_miss_interval{1};

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

/// A user's own channel is no channel to a backend.
bool is_told(const ChannelAddress& channel) noexcept {
    return !channel.name.starts_with(user_channel_prefix);
}

}  // namespace

void WebhookEvents::set_apps(std::span<const std::shared_ptr<const App>> apps) {
    for (Wishes& wishes : wishes_) wishes = {};
    for (const auto& app : apps) {
        wishes_[app->index] = {app->webhook_kinds, app->webhook_grace};
    }
}

void WebhookEvents::occupied(const ChannelAddress& channel) {
    if (!is_told(channel)) return;
    arrive(WebhookKind::channel_occupied,
           {channel.app, WebhookKind::channel_vacated, channel.name, {}});
}

void WebhookEvents::vacated(const ChannelAddress& channel) {
    if (!is_told(channel)) return;
    depart({channel.app, WebhookKind::channel_vacated, channel.name, {}});
}

void WebhookEvents::member_added(const ChannelAddress& channel, const std::string& user_id) {
    arrive(WebhookKind::member_added,
           {channel.app, WebhookKind::member_removed, channel.name, user_id});
}

void WebhookEvents::member_removed(const ChannelAddress& channel, const std::string& user_id) {
    depart({channel.app, WebhookKind::member_removed, channel.name, user_id});
}

void WebhookEvents::online(const UserAddress& user) {
    arrive(WebhookKind::user_online, {user.app, WebhookKind::user_offline, {}, user.id});
}

void WebhookEvents::offline(const UserAddress& user) {
    depart({user.app, WebhookKind::user_offline, {}, user.id});
}

void WebhookEvents::arrive(WebhookKind kind, Departure undone) {
    const WebhookKinds kinds = wishes(undone.app).kinds;
    if (!kinds.has(kind) && !kinds.has(undone.kind)) return;
    if (const auto held = held_.find(undone); held != held_.end()) {
        by_due_.erase(held->second);
        held_.erase(held);
        return;
    }
    push(kind, undone.app, undone.channel, undone.user_id,
         text_of(kind, undone.channel, undone.user_id));
}

void WebhookEvents::depart(Departure departure) {
    const Wishes& of_app = wishes(departure.app);
    const bool matters =
        of_app.kinds.has(departure.kind) || of_app.kinds.has(arrival_of(departure.kind));
    if (!matters) return;
    if (of_app.grace == Duration::zero()) return say(departure);
    hold(std::move(departure));
}

void WebhookEvents::hold(Departure departure) {
    const Due due{now_() + wishes(departure.app).grace, ++last_departure_};
    const auto [held, is_new] = held_.try_emplace(departure, due);
    if (is_new) by_due_.emplace(due, std::move(departure));
    if (held_.size() > departures_max) say_first();
}

void WebhookEvents::say_first() {
    const auto first = by_due_.extract(by_due_.begin());
    held_.erase(first.mapped());
    say(first.mapped());
}

void WebhookEvents::say(const Departure& departure) {
    push(departure.kind, departure.app, departure.channel, departure.user_id,
         text_of(departure.kind, departure.channel, departure.user_id));
}

void WebhookEvents::cache_miss(const ChannelAddress& channel) {
    if (!wishes(channel.app).kinds.has(WebhookKind::cache_miss)) return;
    const TimePoint now = now_();
    while (!missed_until_.empty() && missed_until_.front().first <= now) {
        missed_.erase(missed_until_.front().second);
        missed_until_.pop_front();
    }
    const Missed missed{channel.app, channel.name};
    if (!missed_.insert(missed).second) return;
    missed_until_.emplace_back(now + cache_miss_interval, missed);
    push(WebhookKind::cache_miss, channel.app, channel.name, {},
         channel_webhook(WebhookKind::cache_miss, channel.name));
}

void WebhookEvents::subscription_count(const ChannelAddress& channel, std::size_t count) {
    if (!wishes(channel.app).kinds.has(WebhookKind::subscription_count)) return;
    push(WebhookKind::subscription_count, channel.app, channel.name, {},
         count_webhook(channel.name, count));
}

void WebhookEvents::decided(WebhookKind kind, AppIndex app, const std::string& channel,
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
    if (!wishes(app).kinds.has(kind)) return;
    queue_.push({app, kind, channel, user_id, std::move(text)});
}

std::optional<TimePoint> WebhookEvents::next_due() const {
    if (by_due_.empty()) return std::nullopt;
    return by_due_.begin()->first.first;
}

void WebhookEvents::advance() {
    const TimePoint now = now_();
    while (!by_due_.empty() && by_due_.begin()->first.first <= now) say_first();
}

void WebhookEvents::say_departures() {
    for (const Departure& departure : take_departures()) say(departure);
}

std::vector<Departure> WebhookEvents::take_departures() {
    held_.clear();
    std::vector<Departure> departures;
    for (const auto& [due, departure] : by_due_) departures.push_back(departure);
    by_due_.clear();
    return departures;
}

}  // namespace carillon
