#pragma once

#include <deque>
#include <string>
#include <vector>

#include "carillon/cluster/script_contract.hpp"
#include "cluster_context.hpp"
#include "partition_lease.hpp"
#include "partition_state.hpp"

namespace carillon {

/// Sends this node's local state of its topics to Redis: one operation at a time per topic, which
/// carries everything that changed since the last one. So a thousand joins of one channel are a few
/// operations, and an operation that is sent twice has no second effect.
class LocalStateSync {
public:
    class Observer {
    public:
        virtual ~Observer() = default;
        /// Redis has confirmed the state that was sent. `sequence`: the topic's number after that
        /// operation; of connections, how many are accepted. `refused`: members beyond the limit.
        virtual void on_acknowledged(Topic& topic, std::uint64_t sequence,
                                     const std::vector<std::string>& refused) = 0;
        /// Scripts fail on the topic's keys: until that is repaired, the node serves the topic from
        /// its own knowledge.
        virtual void on_broken(Topic& topic) = 0;
    };

    LocalStateSync(ClusterContext& context, PartitionLease& life, Observer& observer)
        : context_(context), lease_(life), observer_(observer) {}

    /// The topic's local state has changed.
    void mark_changed(Topic& topic);
    /// Its partition was registered anew: sends the whole state. False if there is none.
    bool resync(Topic& topic);
    void on_down(Topic& topic);
    /// A recovery has ended: webhooks have told what Redis had confirmed in it.
    static void on_recovered(Topic& topic);
    /// The topic receives messages now.
    void resume(Topic& topic);
    /// Redis has confirmed everything.
    [[nodiscard]] bool is_idle() const noexcept {
        return queue_.empty() && departures_.empty() && in_flight_ == 0;
    }

    void end_turn();

private:
    void enqueue(const Topic& topic);
    void send(Topic& topic);
    static bool take_steps(Topic& topic);
    static void mark_told(Topic& topic);
    void on_answer(Topic& topic, std::uint32_t count, bool all,
                   const scripts::SyncTopic::Reply& reply);
    void on_failure(Topic& topic);
    void abandon(Topic& topic);
    void offer_roster(Topic& topic);

    ClusterContext& context_;
    PartitionLease& lease_;
    Observer& observer_;
    struct Queued {
        Partition* partition;
        std::string key;
    };
    struct Failed {
        Queued queued;
        TimePoint retry_at;
    };
    void send_from(std::deque<Queued>& queue, std::size_t commands_max);

    std::deque<Queued> queue_;
    std::deque<Queued> departures_;  ///< topics that no client of this node uses any more
    std::deque<Failed> failed_;
    std::size_t in_flight_ = 0;
};

}  // namespace carillon
