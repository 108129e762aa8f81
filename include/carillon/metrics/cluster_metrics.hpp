#pragma once

#include <cstdint>

#include "carillon/metrics/latency_histogram.hpp"

namespace carillon {

/// What one shard of a cluster's node counts of its dealings with Redis; all shards of it, added
/// up.
struct ClusterMetrics {
    std::uint64_t shards = 0;     ///< 1 if the node is one of a cluster
    std::uint64_t connected = 0;  ///< 1 while it reaches Redis
    std::uint64_t detached = 0;   ///< 1 while it delivers without waiting for Redis
    std::uint64_t partitions_registered = 0;
    std::uint64_t partitions_recovering = 0;
    std::uint64_t commands_in_flight = 0;
    std::uint64_t pending_events = 0;  ///< not confirmed yet, or not for long enough
    std::uint64_t pending_bytes = 0;

    std::uint64_t connections_lost = 0;    ///< of the connection
    std::uint64_t registrations_lost = 0;  ///< Redis answered STALE
    std::uint64_t nodes_cleared = 0;       ///< of others that had ended, one a partition
    std::uint64_t messages_repaired = 0;   ///< were missed, and read from a ring
    std::uint64_t messages_lost = 0;       ///< no ring had them any more
    std::uint64_t client_events_dropped = 0;
    std::uint64_t script_errors = 0;  ///< error replies of scripts, and replies of another shape
    std::uint64_t messages_rejected = 0;  ///< of the bus and of rings, that were malformed
    LatencyHistogram round_trips;

    ClusterMetrics& operator+=(const ClusterMetrics& other) noexcept {
        shards += other.shards;
        connected += other.connected;
        detached += other.detached;
        partitions_registered += other.partitions_registered;
        partitions_recovering += other.partitions_recovering;
        commands_in_flight += other.commands_in_flight;
        pending_events += other.pending_events;
        pending_bytes += other.pending_bytes;
        connections_lost += other.connections_lost;
        registrations_lost += other.registrations_lost;
        nodes_cleared += other.nodes_cleared;
        messages_repaired += other.messages_repaired;
        messages_lost += other.messages_lost;
        client_events_dropped += other.client_events_dropped;
        script_errors += other.script_errors;
        messages_rejected += other.messages_rejected;
        round_trips += other.round_trips;
        return *this;
    }
};

}  // namespace carillon
