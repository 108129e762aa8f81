#include "connection_quotas.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

Topic& ConnectionQuotas::on(ShardId from, const AdmitConnection& message) {
    Topic& topic = topics_.get_quota(message.app);
    topic.quota->connections_max = message.connections_max;
    topic.quota->waiting.push_back({from, message.ticket});
    local_state_.want(topic);
    return topic;
}

void ConnectionQuotas::on(ShardId from, const ReleaseConnection& message) {
    Topic* const topic = topics_.find_quota(message.app);
    if (topic == nullptr) return;
    QuotaState& quota = *topic->quota;
    const QuotaState::Place place{from, message.ticket};
    if (const auto waiting = std::ranges::find(quota.waiting, place);
        waiting != quota.waiting.end()) {
        if (static_cast<std::size_t>(waiting - quota.waiting.begin()) < quota.asked) --quota.asked;
        quota.waiting.erase(waiting);
    } else if (quota.admitted.erase(place) == 0) {
        return;  // Refused, which it had not heard yet.
    }
    local_state_.want(*topic);
}

void ConnectionQuotas::admit(Topic& topic, std::uint64_t granted) {
    QuotaState& quota = *topic.quota;
    topic.told = static_cast<std::uint32_t>(granted);
    for (; quota.asked > 0; --quota.asked) {
        const QuotaState::Place place = quota.waiting.front();
        quota.waiting.pop_front();
        const bool admitted = quota.admitted.size() < granted;
        if (admitted) quota.admitted.insert(place);
        send_(place.shard, ConnectionAnswer{place.ticket, admitted});
    }
    // Some came in without being asked for, while Redis was slow.
    if (quota.admitted.size() > granted) local_state_.want(topic);
}

void ConnectionQuotas::admit_all(Topic& topic) {
    QuotaState& quota = *topic.quota;
    for (const QuotaState::Place& place : std::exchange(quota.waiting, {})) {
        quota.admitted.insert(place);
        send_(place.shard, ConnectionAnswer{place.ticket, true});
    }
    quota.asked = 0;
}

}  // namespace carillon
