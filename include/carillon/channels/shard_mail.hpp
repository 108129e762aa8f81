#pragma once

#include <cstddef>

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

    /// Adds to the bytes that wait on this shard, beside those in its inbox; negative: removes.
    virtual void add_waiting(std::ptrdiff_t bytes) = 0;

    /// More bytes than the bound are waiting for `to`: work that can be refused or delayed should
    /// be.
    [[nodiscard]] virtual bool is_full(ShardId to) const = 0;

    /// More than half of that: clients that send to `to` are read later, so that publishers still
    /// find room.
    [[nodiscard]] virtual bool is_busy(ShardId to) const = 0;
};

}  // namespace carillon
