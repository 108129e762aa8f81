#pragma once

#include "carillon/base/ids.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// Carries messages from one shard to the others. Messages from one shard to another arrive in the
/// order of the calls; between different pairs of shards there is no order. One per shard, used on
/// that shard's thread only.
class ShardMail {
public:
    virtual ~ShardMail() = default;

    /// Never refuses: if joins, leaves or answers were refused, full inboxes could wait for each
    /// other for ever.
    virtual void post(ShardId to, ShardMessage&& message) = 0;

    /// More bytes than the bound are waiting for `to`: work that can be refused or delayed should
    /// be.
    [[nodiscard]] virtual bool is_full(ShardId to) const = 0;
};

}  // namespace carillon
