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

/// Adds and removes the subscriptions of this node's clients. A join waits until Redis has
/// confirmed it and this node has applied the topic's messages up to that point; then it is
/// answered.
class PendingJoins {
public:
    PendingJoins(ClusterContext& context, TopicTable& topics, LocalStateSync& local_state,
                 PartitionLease& life, const Home::Send& send)
        : context_(context),
          topics_(topics),
          local_state_(local_state),
          lease_(life),
          send_(send) {}

    /// Returns the topic.
    Topic& on(ShardId from, Join&& join);
    /// Answers a subscription once more, or once it is confirmed.
    void repeat(ShardId from, const Join& join);
    void on(ShardId from, const Leave& leave);

    /// A message of one of this node's operations may arrive before the operation's answer: it
    /// confirms the joins that the operation carried.
    void confirm(Topic& topic, const BusMessage& message);
    /// Answers the confirmed joins whose sequence number the topic has reached.
    void answer_ready(Topic& topic);
    /// Without Redis, all that wait are answered.
    void answer_all(Topic& topic);
    /// The channel was full for these members.
    void refuse(Topic& topic, const std::vector<std::string>& user_ids);

private:
    void add(Topic& topic, ShardId from, const Join& join);
    void remove(Topic& topic, ShardId from, const JoinTicket& ticket, bool is_sent);
    void answer(Topic& topic, const WaitingJoin& join);
    [[nodiscard]] std::string succeeded(Topic& topic, const std::optional<PresenceData>& member);
    [[nodiscard]] std::string after_success(Topic& topic);

    ClusterContext& context_;
    TopicTable& topics_;
    LocalStateSync& local_state_;
    PartitionLease& lease_;
    const Home::Send& send_;
};

}  // namespace carillon
