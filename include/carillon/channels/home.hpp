#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// A shard in its role as the home of some channels and users: handles the requests of all edges,
/// its own included, and sends notices back. On a node without a cluster the home owns their state
/// (`SingleNodeHome`); in a cluster Redis does, and the home acts for its node (`ClusterHome`).
/// One per shard, used on that shard's thread only. `tests/contract` has what every home promises.
class Home {
public:
    using Send = SendNotice;
    /// Called with a channel that is occupied on this node and its number of subscriptions.
    using Visit = std::function<void(std::string_view name, std::size_t subscriptions)>;

    virtual ~Home() = default;

    /// Requests of one edge arrive in the order in which it sent them. May send notices before it
    /// returns, to `from` and to other edges.
    virtual void receive(ShardId from, HomeRequest&& request) = 0;

    /// When to call `advance` next, for what depends on time alone; nullopt: not at all.
    [[nodiscard]] virtual std::optional<TimePoint> next_due() const = 0;
    virtual void advance() = 0;

    /// Once per turn: sends what was collected over the turn.
    virtual void end_turn() = 0;

    /// Visits all channels, which takes time: for a scrape of the metrics.
    virtual void for_each(const Visit& visit) const = 0;
};

}  // namespace carillon
