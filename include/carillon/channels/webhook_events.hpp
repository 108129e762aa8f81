#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/channels/webhook_queue.hpp"

namespace carillon {

/// Somebody or something left, and nobody has been told: they may be back at once.
struct Departure {
    AppIndex app{};
    WebhookKind kind{};   ///< channel_vacated, member_removed or user_offline
    std::string channel;  ///< "" if it is of a user
    std::string user_id;  ///< "" if it is of a channel

    friend auto operator<=>(const Departure&, const Departure&) = default;
};

/// What the homes of a shard tell backends. Says arrivals at once and holds departures back for the
/// app's grace; who is back by then never left, and neither is said. What no endpoint wants costs a
/// look at the app. Pure. Source: wire.md 6.3, 6.5.
class WebhookEvents {
public:
    /// The most that is deferred back; the oldest is said sooner if there are more.
    static constexpr std::size_t deferred_max = 65536;

    WebhookEvents(WebhookQueue& queue, Now now) : queue_(queue), now_(std::move(now)) {}

    /// Which app wants what, from now on.
    void set_apps(std::span<const std::shared_ptr<const App>> apps);

    void occupied(const ChannelAddress& channel);
    void vacated(const ChannelAddress& channel);
    void member_added(const ChannelAddress& channel, const std::string& user_id);
    void member_removed(const ChannelAddress& channel, const std::string& user_id);
    void online(const UserAddress& user);
    void offline(const UserAddress& user);
    /// Several within a second are told once.
    void cache_miss(const ChannelAddress& channel);
    void subscription_count(const ChannelAddress& channel, std::size_t count);
    /// Something that a cluster has decided, grace and all. `count` is only of a
    /// subscription_count.
    void push_decided(WebhookKind kind, AppIndex app, const std::string& channel,
                      const std::string& user_id, std::size_t count);
    /// `text`: the finished event.
    void client_event(const ChannelAddress& channel, std::string text);

    /// When `advance` will have something to do, if ever.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// The server stops. Either all departures are said now, or they are handed over, to be
    /// deferred again after the restart: clients may be back then.
    void announce_departures();
    [[nodiscard]] std::vector<Departure> take_departures();
    void defer(Departure departure);

private:
    struct WebhookRule {
        WebhookKinds kinds;
        Duration grace{};
    };

    [[nodiscard]] const WebhookRule& rule_of(AppIndex app) { return rules_[app]; }
    void on_arrival(WebhookKind kind, Departure cancelled);
    void on_departure(Departure departure);
    void push_oldest_departure();
    void push_departure(const Departure& departure);
    void push(WebhookKind kind, AppIndex app, const std::string& channel,
              const std::string& user_id, std::string text);

    WebhookQueue& queue_;
    Now now_;
    PerApp<WebhookRule> rules_;
    /// When it is said; of those due together, what happened first is said first.
    using Due = std::pair<TimePoint, std::uint64_t>;
    std::map<Departure, Due> deferred_;
    std::map<Due, Departure> by_due_;
    std::uint64_t last_departure_ = 0;
    using MissedChannel = std::pair<AppIndex, std::string>;
    std::set<MissedChannel>
        recent_misses_;  ///< channels whose miss has been told within the interval
    std::deque<std::pair<TimePoint, MissedChannel>> recent_miss_expiries_;
};

}  // namespace carillon
