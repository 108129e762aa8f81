#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "carillon/channels/partition.hpp"

namespace carillon {

/// What the cluster's logic has to agree on with the other nodes, and its limits.
struct ClusterOptions {
    std::string prefix = "carillon";  ///< of all keys and subjects; the same on all nodes
    /// How long a shard waits for Redis before it is detached.
    std::chrono::milliseconds timeout{2000};
    std::chrono::milliseconds lease{10'000};  ///< the same on all nodes
    /// Of events that Redis has not confirmed, per node; and as much again of confirmed ones.
    std::size_t max_pending_bytes = std::size_t{64} << 20U;
    std::size_t max_ring_bytes = std::size_t{4} << 20U;  ///< per topic
    /// The same on all nodes; 1 to `partition_count`. Less than that (a simulation has a few) must
    /// be a multiple of the number of shards, for `home_of` knows only `partition_count`.
    std::size_t partitions = partition_count;
};

}  // namespace carillon
