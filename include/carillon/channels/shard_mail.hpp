#pragma once

#include "carillon/base/ids.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// How a shard's domain reaches the other shards. Messages of one shard to another arrive in the
/// order of the calls; nothing is promised between different pairs.
class ShardMail {
public:
    virtual ~ShardMail() = default;

    /// Never refuses: joins, leaves and answers must get through, or a circle of full inboxes would
    /// stand still.
    virtual void post(ShardId to, ShardMessage message) = 0;

    /// `to` has more waiting than it may: what can be refused or put off, should be.
    [[nodiscard]] virtual bool is_full(ShardId to) const = 0;
};

}  // namespace carillon
