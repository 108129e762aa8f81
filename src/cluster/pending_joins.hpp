#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carillon/channels/home.hpp"
#include "cluster_context.hpp"
#include "local_state_sync.hpp"
#include "partition_lease.hpp"
#include "topic_table.hpp"

namespace carillon {

/// Takes subscriptions of this node's clients in and out. Who joins waits until Redis knows of them
/// and this node has heard so, in the one order of the topic; then they are answered.
class PendingJoins {
public:
    PendingJoins(ClusterContext& context, TopicTable& topics, LocalStateSync& local_state,
                 PartitionLease& life, const Home::Send& send)
        : context_(context), topics_(topics), local_state_(local_state), life_(life), send_(send) {}

    /// Returns the topic.
    Topic& on(ShardId from, Join&& join);
    /// One that has joined, or waits for it, wants the answer once more.
    void repeat(ShardId from, const Join& join);
    void on(ShardId from, const Leave& leave);

    /// What an operation of this node did is heard, maybe before its answer: those whom it brought
    /// need not wait for that.
    void confirm(Topic& topic, const BusMessage& message);
    /// Those whom the node has heard of by now.
    void answer_ready(Topic& topic);
    /// Redis is gone: whoever waits.
    void answer_all(Topic& topic);
    /// The channel was full for these.
    void refuse(Topic& topic, const std::vector<std::string>& user_ids);

private:
    void take_in(Topic& topic, ShardId from, const Join& join);
    void let_go(Topic& topic, ShardId from, const JoinTicket& ticket, bool tell);
    void answer(Topic& topic, const WaitingJoin& join);
    [[nodiscard]] std::string succeeded(Topic& topic, const std::optional<PresenceData>& member);
    [[nodiscard]] std::string after_success(Topic& topic);

    ClusterContext& context_;
    TopicTable& topics_;
    LocalStateSync& local_state_;
    PartitionLease& life_;
    const Home::Send& send_;
};

}  // namespace carillon
