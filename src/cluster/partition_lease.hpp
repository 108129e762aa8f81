#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "cluster_context.hpp"
#include "partition_state.hpp"
#include "script_replies.hpp"

namespace carillon {

/// Keeps this node registered in the partitions of its shard: registers, brings what it holds,
/// renews the leases, clears what nodes held that have ended, takes the webhooks that were decided.
class PartitionLease {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        /// The partition was registered anew: Redis is to be told of all topics that are held.
        /// Returns how many; `resynced` is called for each.
        virtual std::size_t resync(Partition& partition) = 0;
        /// A recovery has ended: what is known of members may be wrong.
        virtual void on_recovered(Partition& partition) = 0;
        /// `record` as in the partition's queue.
        virtual void on_webhook(std::string_view record) = 0;
        /// All partitions are registered in, for the first time.
        virtual void on_registered() = 0;
        /// Redis has keys of the partition that scripts fail on: until that is mended, which is
        /// tried again and again, the node does without Redis there.
        virtual void on_broken(Partition& partition) = 0;
    };

    PartitionLease(ClusterContext& context, std::deque<Partition>& partitions, Listener& listener)
        : context_(context), partitions_(partitions), listener_(listener) {}

    /// `other_server`: than the last time.
    void on_up(bool other_server);
    void on_down();
    /// What time alone brings about. To be called every 100 ms or so.
    void advance();

    /// What the apps want to be told has changed.
    void tell_rules();

    /// An operation of the partition's present id was refused: a lease had lapsed, or Redis lost
    /// its memory.
    void on_stale(Partition& partition);
    /// Registered in all partitions.
    [[nodiscard]] bool is_registered() const;
    /// One of the topics that `resync` announced is told.
    void resynced(Partition& partition);
    void note(Partition& partition, const PartitionNews& news);
    void take_webhooks(Partition& partition);

    /// The first arguments of every script that changes what a node holds, one operation more.
    [[nodiscard]] Arguments operation(Partition& partition) const;

    /// Goes for good. `done` is called once all partitions have answered, or Redis is lost.
    void leave(std::function<void()> done);

private:
    void register_in(Partition& partition);
    void complete(Partition& partition);
    void renew(Partition& partition);
    void clear(Partition& partition, const std::string& dead);
    void set_recovering(Partition& partition, bool recovering);
    static void note_nodes(Partition& partition, const std::vector<std::string_view>& nodes);
    void on_broken(Partition& partition);
    void left();

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    Listener& listener_;
    TimePoint up_since_{};
    bool was_registered_ = false;
    std::function<void()> gone_;
    std::size_t to_leave_ = 0;
};

}  // namespace carillon
