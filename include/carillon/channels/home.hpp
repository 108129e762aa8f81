#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// What a shard is to the channels and users whose home it is: it takes what edges ask and sends
/// back what follows. On a node alone it owns their state; in a cluster Redis does, and this speaks
/// for the node.
class Home {
public:
    /// `send(to, message)` carries what follows; `to` may be this shard itself.
    using Send = std::function<void(ShardId to, ShardMessage message)>;
    /// Visits a channel that is occupied on this node.
    using Visit = std::function<void(std::string_view name, std::size_t subscriptions)>;

    virtual ~Home() = default;

    virtual void on(ShardId from, Join&& join) = 0;
    virtual void on(ShardId from, Leave&& leave) = 0;
    virtual void on(ShardId from, Publish&& publish) = 0;
    virtual void on(ShardId from, ClientEvent&& event) = 0;
    virtual void on(ShardId from, ChannelQuery&& query) = 0;
    virtual void on(ShardId from, SignIn&& message) = 0;
    virtual void on(ShardId from, SignOut&& message) = 0;
    virtual void on(ShardId from, Watch&& message) = 0;
    virtual void on(ShardId from, Unwatch&& message) = 0;
    virtual void on(ShardId from, TerminateUser&& message) = 0;

    /// Only in a cluster.
    virtual void on(ShardId from, AdmitConnection&& message) = 0;
    virtual void on(ShardId from, ReleaseConnection&& message) = 0;

    /// When to call `advance`, if ever, for what happens by time alone.
    [[nodiscard]] virtual std::optional<TimePoint> next_due() const = 0;
    virtual void advance() = 0;

    /// Sends what was gathered over a turn.
    virtual void end_turn() = 0;

    /// Walks all channels: for a scrape.
    virtual void for_each(const Visit& visit) const = 0;
};

}  // namespace carillon
