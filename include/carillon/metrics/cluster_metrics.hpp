#pragma once

#include <cstdint>

#include "carillon/metrics/latency_histogram.hpp"

namespace carillon {

/// What one shard of a cluster's node counts of its dealings with Redis.
struct ClusterMetrics {
    bool used = false;         ///< the node is one of a cluster
    bool up = false;           ///< connected
    bool gone = false;         ///< has been without answers for so long that it works on its own
    std::uint64_t losses = 0;  ///< of the connection
    std::uint64_t registrations_lost = 0;  ///< a partition answered STALE
    std::uint64_t partitions_inside = 0;   ///< registered in, the lease renewed
    std::uint64_t partitions_recovering = 0;
    std::uint64_t messages_repaired = 0;  ///< came from a ring, having been missed
    std::uint64_t messages_lost = 0;      ///< no ring held them any more
    std::uint64_t client_events_dropped = 0;
    std::uint64_t nodes_cleared = 0;  ///< of others that had ended, one a partition
    std::uint64_t commands_in_flight = 0;
    std::uint64_t events_kept = 0;
    std::uint64_t bytes_kept = 0;
    LatencyHistogram round_trips;
};

}  // namespace carillon
