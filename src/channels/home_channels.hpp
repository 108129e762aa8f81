#pragma once

#include <boost/container/small_vector.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/ids.hpp"
#include "carillon/base/named_set.hpp"
#include "carillon/channels/event_cache.hpp"
#include "carillon/channels/home.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/presence_roster.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "carillon/metrics/shard_metrics.hpp"

namespace carillon {

/// The channels whose home is this shard, on a node without a cluster: subscriptions per shard,
/// members of presence channels, last events of cache channels. Every join, leave and event of a
/// channel passes through here, so all subscribers see one order and counts are exact. One per
/// shard. Pure.
class HomeChannels {
public:
    HomeChannels(SendNotice send, Now now, ShardMetrics& metrics, WebhookEvents& webhooks)
        : send_(std::move(send)), now_(std::move(now)), metrics_(metrics), webhooks_(webhooks) {}

    void on(ShardId from, Join&& join);
    void on(ShardId from, Leave&& leave);
    void on(ShardId from, Publish&& publish);
    void on(ShardId from, ClientEvent&& event);
    void on(ShardId from, ChannelQuery&& query);

    /// When the next cached event expires or the next deferred count is due; nullopt: neither.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// Visits the occupied channels of all apps, which takes time: for a scrape.
    void for_each(const Home::Visit& visit) const;

private:
    struct ShardCount {
        ShardId shard;
        std::uint32_t subscriptions;
    };
    /// Exists while it has subscriptions.
    class Channel {
    public:
        explicit Channel(const std::string& name) : name_(name) {}

        [[nodiscard]] std::string_view name() const noexcept { return name_; }

        /// The shards with subscriptions.
        boost::container::small_vector<ShardCount, 1> shards;
        std::unique_ptr<PresenceRoster> roster;  ///< on presence channels
        TimePoint quiet_until{};          ///< with many subscriptions: no count is announced before
        std::uint32_t subscriptions = 0;  ///< of all shards
        /// The latest count that was announced, and whether the channel is in `pending_counts_`.
        std::uint32_t last_announced_count : 31 = 0;
        std::uint32_t count_pending : 1 = 0;

    private:
        const std::string name_;
    };
    struct AppChannels {
        NamedSet<Channel> channels;
        EventCache last_events;
    };

    [[nodiscard]] Channel* find(const ChannelAddress& address);
    [[nodiscard]] Channel& get(const ChannelAddress& address);
    [[nodiscard]] bool is_full(const Join& join);
    void admit(ShardId from, const Join& join, Channel& channel);
    void answer(ShardId to, const Join& join, const Channel& channel);
    [[nodiscard]] std::string cached_or_miss(const ChannelAddress& address);
    void announce_count(const ChannelAddress& address, Channel& channel);
    void fan_out(const Channel& channel, Deliver message);
    [[nodiscard]] static ChannelSummary summary(std::string_view name, const Channel* channel);
    [[nodiscard]] std::optional<CachedEvent> cached(const ChannelAddress& address);

    SendNotice send_;
    Now now_;
    ShardMetrics& metrics_;
    WebhookEvents& webhooks_;
    PerApp<AppChannels> by_app_;
    TimePoint next_expiry_ = TimePoint::max();  ///< no event expires before
    std::multimap<TimePoint, ChannelAddress>
        pending_counts_;  ///< deferred counts, by when they are due
};

}  // namespace carillon
