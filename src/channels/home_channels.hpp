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

/// The channels whose home is this shard: who subscribes from which shard, the members of presence
/// channels, the last events of cache channels, the order of everything. The only owner of that
/// state; all that happens to a channel passes through here, so every subscriber sees the same
/// order and counts are exact. Pure.
class HomeChannels {
public:
    using Send = Home::Send;

    HomeChannels(Send send, Now now, ShardMetrics& metrics, WebhookEvents& webhooks)
        : send_(std::move(send)), now_(std::move(now)), metrics_(metrics), webhooks_(webhooks) {}

    void on(ShardId from, Join&& join);
    void on(ShardId from, Leave&& leave);
    void on(ShardId from, Publish&& publish);
    void on(ShardId from, ClientEvent&& event);
    void on(ShardId from, ChannelQuery&& query);

    /// When `advance` will have something to do, if ever: to free events that have expired, to tell
    /// a count that was held back.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// Occupied channels of all apps. Walks them all: for a scrape.
    void for_each(const Home::Visit& visit) const;

private:
    struct ShardCount {
        ShardId shard;
        std::uint32_t subscriptions;
    };
    /// Exists while somebody subscribes.
    class Channel {
    public:
        explicit Channel(const std::string& name) : name_(name) {}

        [[nodiscard]] std::string_view name() const noexcept { return name_; }

        /// Those with subscribers, and how many.
        boost::container::small_vector<ShardCount, 1> shards;
        std::unique_ptr<PresenceRoster> roster;  ///< on presence channels
        TimePoint quiet_until{};                 ///< if there are many, they are not told before
        std::uint32_t subscriptions = 0;         ///< connections, over all shards
        /// The count that subscribers were told last, and whether they are in `pending_counts_`.
        std::uint32_t last_announced_count : 31 = 0;
        std::uint32_t count_pending : 1 = 0;

    private:
        const std::string name_;
    };
    /// All that is kept of an app.
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
    void fan_out(const Channel& channel, const ChannelAddress& address, std::string text,
                 SocketId excluded, TimePoint accepted = {});
    [[nodiscard]] static ChannelSummary summary(std::string_view name, const Channel* channel);
    [[nodiscard]] std::optional<CachedEvent> cached(const ChannelAddress& address);

    Send send_;
    Now now_;
    ShardMetrics& metrics_;
    WebhookEvents& webhooks_;
    PerApp<AppChannels> by_app_;
    TimePoint next_expiry_ = TimePoint::max();                 ///< no event expires before
    std::multimap<TimePoint, ChannelAddress> pending_counts_;  ///< counts, by when they are told
};

}  // namespace carillon
