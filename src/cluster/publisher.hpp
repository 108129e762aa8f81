#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "carillon/channels/publish_budget.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"
#include "publish_buffer.hpp"
#include "script_replies.hpp"

namespace carillon {

/// Brings events into Redis, in order, and answers whoever published them. If Redis does not answer
/// for too long, events are delivered on this node at once, out of the order, and are brought to
/// the others when it does.
class Publisher {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        /// Redis is gone, or fails on what it has of the channel: the event is for the clients of
        /// this node now, if they have not heard it.
        virtual void on_detached(const PendingEvent& event) = 0;
        virtual void answer(ShardId edge, PublishAnswer answer) = 0;
    };

    Publisher(ClusterContext& context, std::deque<Partition>& partitions, PublishBudget& budget,
              Listener& listener);

    void publish(PendingEvent event);
    void on_up(bool other_server);
    void on_down();
    /// Redis has been without answers for too long, or is no more. Alone, an event is delivered as
    /// soon as it is accepted.
    void set_detached(bool detached);
    [[nodiscard]] bool is_detached() const noexcept { return detached_; }

    /// Somebody has waited for an answer for so long.
    [[nodiscard]] bool is_overdue(Duration timeout);
    /// What was accepted is not yet with the others, by more than half a second.
    [[nodiscard]] bool lags();
    void advance();
    void end_turn();
    /// When the event was accepted; nothing if it is not kept any more.
    [[nodiscard]] std::optional<TimePoint> accepted(std::uint64_t counter) {
        const PendingEvent* const event = buffer_.find(counter);
        if (event == nullptr) return std::nullopt;
        return event->accepted;
    }
    /// Everything is safe in Redis.
    [[nodiscard]] bool is_idle() { return buffer_.oldest_unconfirmed() == nullptr; }

private:
    void send(PendingEvent& event);
    void on_answer(std::uint64_t counter, std::optional<PublishReply> reply);
    void stall();
    void start_over();
    void deliver_detached(PendingEvent& event);
    void answer(PendingEvent& event);

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    PublishBudget& budget_;
    Listener& listener_;
    PublishBuffer buffer_;
    std::size_t in_flight_ = 0;
    TimePoint stalled_until_{};
    bool detached_ = false;
};

}  // namespace carillon
