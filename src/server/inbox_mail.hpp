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

/// The inbox of a shard, with the event loop that reads it and the shard's metrics.
struct ShardInbox {
    ShardMetrics metrics;
    EventLoop loop{metrics};
    Inbox<ShardMessage> inbox;
    /// Called on the shard's thread; set before any shard runs: `drain` reads `inbox`, `accept`
    /// continues a connection whose request belongs to this shard.
    std::function<void()> drain;
    std::function<void(MovedRequest)> accept;
};

/// Sends messages to other shards: collects those of a turn, one batch per shard, and pushes the
/// batches at the turn's end.
class InboxMail final : public ShardMail {
public:
    /// `inboxes`: of all shards, by `ShardId`. `bytes_max`: size above which an inbox is full.
    InboxMail(ShardId self, const std::vector<std::unique_ptr<ShardInbox>>& inboxes,
              std::size_t bytes_max);

    void post(ShardId to, ShardMessage&& message) override;
    void add_waiting(std::ptrdiff_t bytes) override;
    [[nodiscard]] bool is_full(ShardId to) const override { return bytes(to) > bytes_max_; }
    [[nodiscard]] bool is_busy(ShardId to) const override { return bytes(to) > bytes_max_ / 2; }

    void end_turn();

private:
    using Batch = Inbox<ShardMessage>::Batch;

    [[nodiscard]] std::size_t bytes(ShardId to) const;

    ShardId self_;
    const std::vector<std::unique_ptr<ShardInbox>>& inboxes_;
    std::size_t bytes_max_;
    std::vector<std::unique_ptr<Batch>> outgoing_;
    bool any_outgoing_ = false;
};

}  // namespace carillon
