#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "carillon/cluster/script_contract.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"

namespace carillon {

/// Keeps this node registered in the partitions of its shard: registers, has the state resynced,
/// renews the leases, clears dead nodes, and takes the webhooks that scripts have queued.
class PartitionLease {
public:
    class Observer {
    public:
        virtual ~Observer() = default;
        /// The partition was registered anew: sends the state of all its topics. Returns their
        /// number; `resynced` is to be called once for each.
        virtual std::size_t resync(Partition& partition) = 0;
        /// A recovery has ended: replicas and users may be out of date.
        virtual void on_recovered(Partition& partition) = 0;
        /// Redis no longer has events that it had confirmed: its memory is lost, although the
        /// server's run_id is the same.
        virtual void on_memory_lost() = 0;
        /// `record`: see WebhookRecord.
        virtual void on_webhook(Partition& partition, std::string_view record) = 0;
        /// The node is registered in all partitions, for the first time.
        virtual void on_registered() = 0;
        /// Scripts fail on the partition's keys: until a later registration succeeds, the node
        /// serves its topics from its own knowledge.
        virtual void on_broken(Partition& partition) = 0;
    };

    PartitionLease(ClusterContext& context, std::deque<Partition>& partitions, Observer& observer)
        : context_(context), partitions_(partitions), observer_(observer) {}

    /// `other_server`: it is not the server process of the last connection.
    void on_up(bool other_server);
    void on_down();
    /// Sends what is due by time. To be called every 100 ms.
    void advance();

    /// Sends the webhooks that the apps want; they have changed.
    void send_rules();

    /// An operation of the partition's current node id was refused, because the lease had lapsed or
    /// Redis has lost data: registers anew.
    void on_stale(Partition& partition);
    /// Registered in all partitions.
    [[nodiscard]] bool is_registered() const;
    /// Redis has confirmed one of the topics that `resync` counted.
    void resynced(Partition& partition);
    void apply_news(Partition& partition, const PartitionNews& news);
    void take_webhooks(Partition& partition);

    /// The partition's next operation. Views the partition.
    [[nodiscard]] Operation operation(Partition& partition) const;

    /// Unregisters the node. Calls `done` once all partitions have answered, or Redis is lost.
    void leave(std::function<void()> done);

private:
    template <class Request, class Answer>
    void run(Partition& partition, const Request& request, Answer answer);
    [[nodiscard]] Duration renewal_interval() const { return context_.options.lease * 3 / 10; }
    void register_in(Partition& partition);
    void finish_resync(Partition& partition);
    void renew(Partition& partition);
    void offer_webhooks(Partition& partition);
    void clear_dead_node(Partition& partition, const std::string& dead);
    void set_recovering(Partition& partition, bool recovering);
    /// The answer to a call that was sent at `sent` says that it is `time`.
    void set_clock(Partition& partition, std::chrono::milliseconds time,
                   std::chrono::milliseconds changed, TimePoint sent);
    static void remember_nodes(Partition& partition, const std::vector<std::string_view>& nodes);
    void on_broken(Partition& partition);
    void left();

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    Observer& observer_;
    TimePoint up_since_{};
    std::optional<TimePoint> down_since_;
    bool was_registered_ = false;
    std::function<void()> on_left_;
    std::size_t leaving_partitions_ = 0;
};

}  // namespace carillon
