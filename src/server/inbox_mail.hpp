#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "carillon/channels/shard_mail.hpp"
#include "carillon/net/moved_request.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/inbox.hpp"

namespace carillon {

/// What one shard has for reading, and the loop that reads it.
struct ShardInbox {
    ShardMetrics metrics;
    EventLoop loop{metrics};
    Inbox<ShardMessage> inbox;
    /// On the shard's thread; set before any shard runs: reads `inbox`, and takes over a connection
    /// whose request is for this shard.
    std::function<void()> drain;
    std::function<void(MovedRequest)> accept;
};

/// A shard's way to the others: collects what it says in a turn, one batch for each shard, and
/// hands the batches over at the turn's end.
class InboxMail final : public ShardMail {
public:
    /// `inboxes`: of all shards, by number. `bytes_max`: above it an inbox is full.
    InboxMail(ShardId self, const std::vector<std::unique_ptr<ShardInbox>>& inboxes,
              std::size_t bytes_max);

    void post(ShardId to, ShardMessage message) override;
    [[nodiscard]] bool is_full(ShardId to) const override;

    void end_turn();

private:
    using Batch = Inbox<ShardMessage>::Batch;

    ShardId self_;
    const std::vector<std::unique_ptr<ShardInbox>>& inboxes_;
    std::size_t bytes_max_;
    std::vector<std::unique_ptr<Batch>> outgoing_;
    bool any_outgoing_ = false;
};

}  // namespace carillon
