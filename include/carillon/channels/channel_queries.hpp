#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {

/// REST queries about channels: asks the homes and collects their answers. Every home answers, so
/// each query completes. One per shard. Pure. `done` is called on this shard, perhaps before the
/// call returns. Source: wire.md 5.5, 5.6, 5.7.
class ChannelQueries {
public:
    using Summaries = std::function<void(std::vector<ChannelSummary>)>;
    using Users = std::function<void(std::vector<PresenceData>)>;
    using Connections = std::function<void(std::uint64_t)>;

    ChannelQueries(std::uint16_t shards, SendRequest send)
        : shards_(shards), send_(std::move(send)) {}

    /// The occupied channels whose names start with `prefix`, in any order.
    void list(const App& app, const std::string& prefix, Summaries done);
    /// One summary for each of `channels`, in their order; those of unoccupied channels have zeros.
    /// `cached`: with the last events of cache channels.
    void summarize(const App& app, const std::vector<ChannelName>& channels, Summaries done,
                   bool cached = false);
    /// The distinct users of a presence channel, in any order. `with_info`: each with the info of
    /// its first connection, if that had one.
    void users(const App& app, const ChannelName& channel, bool with_info, Users done);
    /// The number of the app's open connections on all nodes. What other nodes contribute is as old
    /// as the last renewal of their lease.
    void connections(const App& app, Connections done);

    void on(ChannelAnswer&& answer);

private:
    struct PendingQuery {
        std::size_t answers_missing = 0;
        ChannelAnswer gathered;
        std::function<void(ChannelAnswer)> done;
    };

    std::uint64_t begin(std::size_t answers, std::function<void(ChannelAnswer)> done);

    std::uint16_t shards_;
    SendRequest send_;
    std::uint64_t last_query_id_ = 0;
    boost::unordered_flat_map<std::uint64_t, PendingQuery> pending_;
};

}  // namespace carillon
