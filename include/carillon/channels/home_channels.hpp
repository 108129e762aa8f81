#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/channels/presence_roster.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// The channels whose home is this shard: who subscribes from which shard, the members of presence
/// channels, the order of everything. The only owner of that state; all that happens to a channel
/// passes through here, so every subscriber sees the same order and counts are exact. Pure.
class HomeChannels {
public:
    /// `send(to, message)` carries what follows; `to` may be this shard itself.
    using Send = std::function<void(ShardId to, ShardMessage message)>;

    explicit HomeChannels(Send send) : send_(std::move(send)) {}

    void on(ShardId from, Join&& join);
    void on(ShardId from, Leave&& leave);
    void on(ShardId from, Publish&& publish);
    void on(ShardId from, ClientEvent&& event);
    void on(ShardId from, ChannelQuery&& query);

    /// Occupied channels of all apps. Walks them all: for a scrape.
    void for_each(
        const std::function<void(std::string_view name, std::size_t subscriptions)>& visit) const;

private:
    struct ShardCount {
        ShardId shard;
        std::uint32_t subscriptions;
    };
    /// Exists while somebody subscribes.
    struct Channel {
        std::vector<ShardCount> shards;          ///< those with subscribers, and how many
        std::uint32_t subscriptions = 0;         ///< connections, over all shards
        std::unique_ptr<PresenceRoster> roster;  ///< on presence channels
    };
    using Channels = boost::unordered_flat_map<std::string, Channel, StringHash, std::equal_to<>>;

    [[nodiscard]] Channels& channels_of(AppIndex app);
    [[nodiscard]] Channel* find(const ChannelAddress& address);
    void admit(ShardId from, const Join& join, Channel& channel);
    void answer(ShardId to, const Join& join, const Channel& channel);
    void fan_out(const Channel& channel, const ChannelAddress& address, std::string text,
                 SocketId excluded, TimePoint accepted = {});
    [[nodiscard]] static ChannelSummary summary(std::string_view name, const Channel* channel);

    Send send_;
    std::vector<Channels> by_app_;  ///< index: AppIndex
};

}  // namespace carillon
