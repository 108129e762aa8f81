#include "connection_quotas.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

Topic& ConnectionQuotas::on(ShardId from, const AdmitConnection& message) {
    Topic& topic = topics_.get_quota(message.app);
    topic.quota->connections_max = message.connections_max;
    topic.quota->waiting.push_back({from, message.ticket});
    local_state_.mark_changed(topic);
    return topic;
}

void ConnectionQuotas::on(ShardId from, const ReleaseConnection& message) {
    Topic* const topic = topics_.find_quota(message.app);
    if (topic == nullptr) return;
    QuotaState& quota = *topic->quota;
    const QuotaState::Connection connection{from, message.ticket};
    if (const auto waiting = std::ranges::find(quota.waiting, connection);
        waiting != quota.waiting.end()) {
        if (static_cast<std::size_t>(waiting - quota.waiting.begin()) < quota.requested)
            --quota.requested;
        quota.waiting.erase(waiting);
    } else if (quota.admitted.erase(connection) == 0) {
        return;  // It was refused; the answer is on its way.
    }
    local_state_.mark_changed(*topic);
}

void ConnectionQuotas::admit(Topic& topic, std::uint64_t granted) {
    QuotaState& quota = *topic.quota;
    topic.acknowledged = static_cast<std::uint32_t>(granted);
    for (; quota.requested > 0; --quota.requested) {
        const QuotaState::Connection connection = quota.waiting.front();
        quota.waiting.pop_front();
        const bool admitted = quota.admitted.size() < granted;
        if (admitted) quota.admitted.insert(connection);
        send_(connection.shard, ConnectionAnswer{connection.ticket, admitted});
    }
    // Some were admitted without Redis, while it was slow.
    if (quota.admitted.size() > granted) local_state_.mark_changed(topic);
}

void ConnectionQuotas::admit_all(Topic& topic) {
    QuotaState& quota = *topic.quota;
    for (const QuotaState::Connection& connection : std::exchange(quota.waiting, {})) {
        quota.admitted.insert(connection);
        send_(connection.shard, ConnectionAnswer{connection.ticket, true});
    }
    quota.requested = 0;
}

}  // namespace carillon
