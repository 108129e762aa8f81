#pragma once

#include "carillon/channels/home.hpp"
#include "local_state_sync.hpp"
#include "topic_table.hpp"

namespace carillon {

/// Admits an app's new connections, up to its limit for the cluster.
class ConnectionQuotas {
public:
    ConnectionQuotas(TopicTable& topics, LocalStateSync& local_state, const Home::Send& send)
        : topics_(topics), local_state_(local_state), send_(send) {}

    /// Returns the app's topic.
    Topic& on(ShardId from, const AdmitConnection& message);
    void on(ShardId from, const ReleaseConnection& message);

    /// `granted`: how many connections Redis accepts of those admitted and those requested.
    void admit(Topic& topic, std::uint64_t granted);
    /// Without Redis, all that wait are admitted.
    void admit_all(Topic& topic);

private:
    TopicTable& topics_;
    LocalStateSync& local_state_;
    const Home::Send& send_;
};

}  // namespace carillon
