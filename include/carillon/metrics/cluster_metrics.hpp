#pragma once

#include <cstdint>

#include "carillon/metrics/latency_histogram.hpp"
#include "carillon/metrics/metric.hpp"

namespace carillon {

/// What one shard of a node of a cluster counts of its exchange with Redis.
struct ClusterMetrics {
    std::uint64_t connected = 0;  ///< 1 while connected to Redis
    std::uint64_t detached = 0;   ///< 1 while detached
    std::uint64_t partitions_registered = 0;
    std::uint64_t partitions_recovering = 0;
    std::uint64_t commands_in_flight = 0;
    std::uint64_t pending_events = 0;
    std::uint64_t pending_bytes = 0;

    std::uint64_t connections_lost = 0;
    std::uint64_t registrations_lost = 0;
    std::uint64_t nodes_cleared = 0;
    std::uint64_t messages_repaired = 0;
    std::uint64_t messages_lost = 0;
    std::uint64_t repairs = 0;
    std::uint64_t client_events_dropped = 0;
    std::uint64_t script_errors = 0;
    std::uint64_t messages_rejected = 0;
    LatencyHistogram round_trips;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&ClusterMetrics::connected,
               gauge("carillon_cluster_connected_shards",
                     "Shards connected to Redis; alert if fewer than carillon_shards."));
        metric(&ClusterMetrics::detached,
               gauge("carillon_cluster_detached_shards",
                     "Detached shards: Redis has not answered in time, and they deliver to their "
                     "own clients without it."));
        metric(&ClusterMetrics::partitions_registered,
               gauge("carillon_cluster_registered_partitions",
                     "Partitions, of 256, in which this node is registered with a lease."));
        metric(&ClusterMetrics::partitions_recovering,
               gauge("carillon_cluster_recovering_partitions",
                     "Partitions that wait until all nodes have sent the state that Redis lost."));
        metric(&ClusterMetrics::commands_in_flight,
               gauge("carillon_cluster_commands_in_flight",
                     "Commands sent to Redis and not answered yet."));
        metric(&ClusterMetrics::pending_events,
               gauge("carillon_cluster_pending_events",
                     "Events that Redis has not confirmed, or only within the last 10 s."));
        metric(&ClusterMetrics::pending_bytes,
               gauge("carillon_cluster_pending_bytes", "Memory of the pending events, in bytes."));
        metric(&ClusterMetrics::connections_lost,
               counter("carillon_cluster_connections_lost_total",
                       "Connections to Redis lost, counted once per shard."));
        metric(&ClusterMetrics::registrations_lost,
               counter("carillon_cluster_registrations_lost_total",
                       "Registrations that Redis no longer had, counted once per partition: the "
                       "lease had expired, or Redis was restarted."));
        metric(&ClusterMetrics::nodes_cleared,
               counter("carillon_cluster_nodes_cleared_total",
                       "Dead nodes this node cleaned up, counted once per partition."));
        metric(&ClusterMetrics::messages_repaired,
               counter("carillon_cluster_messages_repaired_total",
                       "Missed messages that were read from a channel's ring."));
        metric(&ClusterMetrics::messages_lost,
               counter("carillon_cluster_messages_lost_total",
                       "Missed messages that were no longer in any ring."));
        metric(&ClusterMetrics::repairs,
               counter("carillon_cluster_repairs_total",
                       "Channels and users about which the node was wrong, found and set right by "
                       "a comparison with Redis: a fault in Carillon."));
        metric(&ClusterMetrics::client_events_dropped,
               counter("carillon_cluster_client_events_dropped_total",
                       "Client events delivered on this node only, because Redis could not accept "
                       "them."));
        metric(&ClusterMetrics::script_errors,
               counter("carillon_cluster_script_errors_total",
                       "Scripts to which Redis replied with an error, or with a reply of an "
                       "unexpected shape; the log names the script and the keys."));
        metric(&ClusterMetrics::messages_rejected,
               counter("carillon_cluster_messages_rejected_total",
                       "Malformed messages from Redis, which were not delivered."));
        metric(&ClusterMetrics::round_trips,
               histogram("carillon_cluster_round_trip_seconds",
                         "Time from a command to the reply of Redis."));
    }
};

}  // namespace carillon
