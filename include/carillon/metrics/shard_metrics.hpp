#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "carillon/metrics/cluster_metrics.hpp"
#include "carillon/metrics/latency_histogram.hpp"

namespace carillon {

/// What one shard counts. Plain numbers: nobody else looks at them while the shard runs; it hands
/// out a copy when asked. Only what is in maps costs more than an increment, and none of that is on
/// the message path.
struct ShardMetrics {
    std::uint64_t bytes_received = 0;  ///< from sockets, as they came
    std::uint64_t bytes_sent = 0;
    /// Requests of trusted proxies with an entry of X-Forwarded-For or X-Forwarded-Proto that
    /// counted and could not be read.
    std::uint64_t forwarded_unreadable = 0;

    std::uint64_t connections_opened = 0;
    std::map<int, std::uint64_t> connections_closed;   ///< by code; 1006: without a close handshake
    std::map<int, std::uint64_t> connections_refused;  ///< by code
    std::uint64_t slow_consumers = 0;

    std::uint64_t messages_received = 0;  ///< from clients
    std::uint64_t messages_sent = 0;      ///< to clients, one a client
    std::uint64_t events_published = 0;   ///< by REST, one a channel
    std::uint64_t client_events = 0;      ///< accepted
    std::uint64_t deliveries = 0;         ///< of events, one a subscriber
    std::uint64_t cache_evictions = 0;    ///< last events lost to their bound

    /// From the moment an event reached the server to the flush that wrote it, one a shard and
    /// event.
    LatencyHistogram publish_to_write;
    LatencyHistogram turns;

    ClusterMetrics cluster;

    using RouteAndStatus = std::pair<std::string_view, int>;
    std::map<RouteAndStatus, LatencyHistogram> rest;  ///< routes are literals
};

}  // namespace carillon
