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

/// A departure whose webhook is deferred: the client may return within the grace period.
struct Departure {
    AppIndex app{};
    WebhookKind kind{};   ///< channel_vacated, member_removed or user_offline
    std::string channel;  ///< "" for user_offline
    std::string user_id;  ///< "" for channel_vacated

    friend auto operator<=>(const Departure&, const Departure&) = default;
};

/// The webhooks that a shard's home decides on. Pushes arrivals at once and defers departures for
/// the app's grace period: if the client returns in time, neither webhook is sent. An event that no
/// endpoint wants costs one lookup of the app. In a cluster
/// scripts/lib.lua decides. One per shard. Pure. Source: wire.md 6.3, 6.5.
class WebhookEvents {
public:
    /// Departures that are deferred at most; beyond that the oldest is pushed before it is due.
    static constexpr std::size_t deferred_max = 65536;

    WebhookEvents(WebhookQueue& queue, Now now) : queue_(queue), now_(std::move(now)) {}

    /// Replaces the kinds and grace periods of all apps; of an app that is missing none are wanted.
    void set_apps(std::span<const std::shared_ptr<const App>> apps);

    void occupied(const ChannelAddress& channel);
    void vacated(const ChannelAddress& channel);
    void member_added(const ChannelAddress& channel, const std::string& user_id);
    void member_removed(const ChannelAddress& channel, const std::string& user_id);
    void online(const UserAddress& user);
    void offline(const UserAddress& user);
    /// Pushed at most once per second and channel.
    void cache_miss(const ChannelAddress& channel);
    void subscription_count(const ChannelAddress& channel, std::size_t count);
    /// An event that a cluster has decided on, grace period included. `count`: only for
    /// subscription_count.
    void push_decided(WebhookKind kind, AppIndex app, const std::string& channel,
                      const std::string& user_id, std::size_t count);
    /// `text`: the finished event of the webhook.
    void client_event(const ChannelAddress& channel, std::string text);

    /// When the next departure is due; nullopt: none is deferred.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// The server stops: pushes all deferred departures.
    void announce_departures();
    /// The server stops: removes and returns them, to be deferred again after the restart.
    [[nodiscard]] std::vector<Departure> take_departures();
    /// Starts the grace period of a departure.
    void defer(Departure departure);

private:
    struct WebhookRule {
        WebhookKinds kinds;
        Duration grace{};
    };

    [[nodiscard]] const WebhookRule& rule_of(AppIndex app) { return rules_[app]; }
    void on_arrival(WebhookKind kind, const Departure& cancelled);
    void on_departure(Departure departure);
    void push_oldest_departure();
    void push_departure(const Departure& departure);
    void push(WebhookKind kind, AppIndex app, const std::string& channel,
              const std::string& user_id, std::string text);

    WebhookQueue& queue_;
    Now now_;
    PerApp<WebhookRule> rules_;
    /// When it is pushed, and its rank among departures that are due at the same time.
    using Due = std::pair<TimePoint, std::uint64_t>;
    std::map<Departure, Due> deferred_;
    std::map<Due, Departure> by_due_;
    std::uint64_t last_departure_ = 0;
    using MissedChannel = std::pair<AppIndex, std::string>;
    std::set<MissedChannel> recent_misses_;  ///< pushed within the last second
    std::deque<std::pair<TimePoint, MissedChannel>> recent_miss_expiries_;
};

}  // namespace carillon
