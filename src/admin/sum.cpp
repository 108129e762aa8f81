#include "sum.hpp"

#include <algorithm>

namespace carillon {
namespace {

template <class Map>
void add_up(Map& total, const Map& part) {
    for (const auto& [key, value] : part) total[key] += value;
}

void add_up(ShardMetrics& total, const ShardMetrics& part) {
    total.bytes_received += part.bytes_received;
    total.bytes_sent += part.bytes_sent;
    total.forwarded_unreadable += part.forwarded_unreadable;
    total.connections_opened += part.connections_opened;
    add_up(total.connections_closed, part.connections_closed);
    add_up(total.connections_refused, part.connections_refused);
    total.slow_consumers += part.slow_consumers;
    total.messages_received += part.messages_received;
    total.messages_sent += part.messages_sent;
    total.events_published += part.events_published;
    total.client_events += part.client_events;
    total.deliveries += part.deliveries;
    total.cache_evictions += part.cache_evictions;
    total.publish_to_write += part.publish_to_write;
    total.turns += part.turns;
    total.cluster += part.cluster;
    add_up(total.rest, part.rest);
}

}  // namespace

ShardSnapshot sum(const std::vector<ShardSnapshot>& shards) {
    ShardSnapshot total;
    for (const ShardSnapshot& shard : shards) {
        add_up(total.metrics, shard.metrics);
        add_up(total.connections, shard.connections);
        for (const auto& [kind, count] : shard.channels) {
            total.channels[kind].channels += count.channels;
            total.channels[kind].subscriptions += count.subscriptions;
        }
        total.queued_bytes += shard.queued_bytes;
        total.inbox_bytes += shard.inbox_bytes;
        total.lag = std::max(total.lag, shard.lag);
    }
    return total;
}

}  // namespace carillon
