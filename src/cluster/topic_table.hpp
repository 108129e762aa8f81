#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "carillon/base/ids.hpp"
#include "carillon/channels/shard_message.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"

namespace carillon {

/// The partitions whose home a shard is, and their topics, found by app and channel or user. `find`
/// returns null for a topic that no client of this node uses; `get` creates it.
class TopicTable {
public:
    TopicTable(const AppNames& apps, const ClusterOptions& options, ShardId self,
               std::uint16_t shards);

    [[nodiscard]] std::deque<Partition>& partitions() noexcept { return partitions_; }
    [[nodiscard]] const std::deque<Partition>& partitions() const noexcept { return partitions_; }

    /// Position of the channel's partition among those of this shard.
    [[nodiscard]] std::size_t index_of(AppIndex app, std::string_view channel) const;
    [[nodiscard]] Partition& partition_of(AppIndex app, std::string_view channel) {
        return partitions_[index_of(app, channel)];
    }

    [[nodiscard]] Topic* find_channel(const ChannelAddress& channel);
    [[nodiscard]] Topic& get_channel(const ChannelAddress& channel);
    [[nodiscard]] Topic* find_user(const UserAddress& user);
    [[nodiscard]] Topic& get_user(const UserAddress& user);
    /// Of an app's connections.
    [[nodiscard]] Topic* find_quota(AppIndex app);
    [[nodiscard]] Topic& get_quota(AppIndex app);

private:
    const AppNames& apps_;
    const std::size_t partition_count_;
    const std::uint16_t shards_;
    std::deque<Partition> partitions_;
};

/// The user's own channel, in whose partition the user is, too.
[[nodiscard]] std::string user_home(std::string_view user_id);

}  // namespace carillon
