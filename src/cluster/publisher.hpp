#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "carillon/channels/publish_budget.hpp"
#include "carillon/cluster/script_contract.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"
#include "publish_buffer.hpp"

namespace carillon {

/// Publishes events through Redis, in order, and answers their publishers. While the shard is
/// detached, events are delivered on this node at once, outside of the order, and published to the
/// other nodes when Redis returns.
class Publisher {
public:
    class Observer {
    public:
        virtual ~Observer() = default;
        /// The shard is detached, or scripts fail on the channel's keys: deliver the event to this
        /// node's clients, unless they have received it.
        virtual void on_detached(const PendingEvent& event) = 0;
        virtual void answer(ShardId edge, PublishAnswer answer) = 0;
    };

    Publisher(ClusterContext& context, std::deque<Partition>& partitions, PublishBudget& budget,
              Observer& observer);

    void publish(PendingEvent event);
    void on_up(bool other_server);
    void on_down();
    /// Redis has lost what it had confirmed, or may have.
    void on_memory_lost();
    /// While detached, events are delivered on this node as soon as they are accepted.
    void set_detached(bool detached);
    [[nodiscard]] bool is_detached() const noexcept { return detached_; }

    /// A publisher has waited for its answer for `timeout`.
    [[nodiscard]] bool is_overdue(Duration timeout);
    /// An event was accepted more than 500 ms ago and is not confirmed.
    [[nodiscard]] bool lags();
    void advance();
    void end_turn();
    /// When the event was accepted; nothing if it is no longer kept.
    [[nodiscard]] std::optional<TimePoint> accepted(std::uint64_t counter) {
        const PendingEvent* const event = buffer_.find(counter);
        if (event == nullptr) return std::nullopt;
        return event->accepted;
    }
    /// Redis has confirmed every event.
    [[nodiscard]] bool is_idle() { return buffer_.oldest_unconfirmed() == nullptr; }

private:
    [[nodiscard]] bool can_be_dated(const PendingEvent& event) const;
    [[nodiscard]] bool is_late_termination(const PendingEvent& event) const;
    [[nodiscard]] std::string date_of(const PendingEvent& event) const;
    void send(PendingEvent& event);
    void on_answer(std::uint64_t counter, const ScriptResult<scripts::Publish::Reply>& result);
    void stall();
    void start_over();
    void deliver_detached(PendingEvent& event);
    void answer(PendingEvent& event);

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    PublishBudget& budget_;
    Observer& observer_;
    PublishBuffer buffer_;
    std::size_t in_flight_ = 0;
    TimePoint stalled_until_{};
    bool detached_ = false;
};

}  // namespace carillon
