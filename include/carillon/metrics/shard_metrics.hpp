#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "carillon/metrics/cluster_metrics.hpp"
#include "carillon/metrics/latency_histogram.hpp"
#include "carillon/metrics/metric.hpp"

namespace carillon {

/// What one shard counts. Plain numbers: no other thread reads them while the shard runs; it copies
/// them out when asked. Only what is in maps costs more than an increment, and none of that is on
/// the message path.
struct ShardMetrics {
    std::uint64_t connections_opened = 0;
    std::map<int, std::uint64_t> connections_closed;
    std::map<int, std::uint64_t> connections_refused;
    std::uint64_t slow_consumers = 0;
    std::uint64_t clients_held_back = 0;

    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t unauthenticated_requests_dropped = 0;
    std::uint64_t idle_sockets_closed = 0;
    std::uint64_t forwarded_unreadable = 0;

    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0;
    std::uint64_t events_published = 0;
    std::uint64_t client_events = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t cache_evictions = 0;
    LatencyHistogram publish_to_write;

    using RouteAndStatus = std::pair<std::string_view, int>;
    std::map<RouteAndStatus, LatencyHistogram> rest;  ///< routes are literals
    std::uint64_t webhook_events_dropped = 0;
    LatencyHistogram turns;
    std::optional<ClusterMetrics> cluster;  ///< if the node is one of a cluster

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&ShardMetrics::connections_opened,
               counter("carillon_connections_opened_total", "Client connections accepted."));
        metric(&ShardMetrics::connections_closed,
               counter("carillon_connections_closed_total",
                       "Client connections closed, by close code; 1006: without a close handshake.")
                   .by("code"));
        metric(&ShardMetrics::connections_refused,
               counter("carillon_connections_refused_total",
                       "Client connections refused, by close code.")
                   .by("code"));
        metric(&ShardMetrics::slow_consumers,
               counter("carillon_slow_consumers_total",
                       "Client connections closed because the client read too slowly."));
        metric(
            &ShardMetrics::clients_held_back,
            counter("carillon_clients_held_back_total",
                    "Times that a client exceeded a rate of changes (max_changes_per_second, per "
                    "connection or address), so that its messages are read later."));
        metric(&ShardMetrics::bytes_received,
               counter("carillon_received_bytes_total",
                       "Bytes read from sockets (encrypted, with TLS)."));
        metric(&ShardMetrics::bytes_sent,
               counter("carillon_sent_bytes_total",
                       "Bytes written to sockets (encrypted, with TLS)."));
        metric(&ShardMetrics::unauthenticated_requests_dropped,
               counter("carillon_unauthenticated_requests_dropped_total",
                       "Incomplete requests without a valid signature that were dropped because "
                       "such requests used more than http.max_unauthenticated_bytes."));
        metric(&ShardMetrics::idle_sockets_closed,
               counter("carillon_idle_sockets_closed_total",
                       "Sockets without a client that were closed because "
                       "connection.max_connections or the file descriptors were used up."));
        metric(&ShardMetrics::forwarded_unreadable,
               counter("carillon_forwarded_unreadable_total",
                       "Requests of trusted proxies in which the relevant entry of "
                       "X-Forwarded-For or X-Forwarded-Proto is unreadable; they are attributed "
                       "to the address of the last trusted proxy, or treated as unencrypted."));
        metric(&ShardMetrics::messages_received,
               counter("carillon_messages_received_total", "Messages received from clients."));
        metric(&ShardMetrics::messages_sent,
               counter("carillon_messages_sent_total",
                       "Messages sent to clients, counted once per client."));
        metric(&ShardMetrics::events_published,
               counter("carillon_events_published_total",
                       "Events published over REST, counted once per channel."));
        metric(&ShardMetrics::client_events,
               counter("carillon_client_events_total", "Client events accepted."));
        metric(&ShardMetrics::deliveries,
               counter("carillon_deliveries_total",
                       "Events delivered to subscribers, counted once per subscriber, including "
                       "an excluded sender."));
        metric(&ShardMetrics::cache_evictions,
               counter("carillon_cache_evictions_total",
                       "Last events of cache channels that were evicted early because of "
                       "limits.max_cache_bytes."));
        metric(&ShardMetrics::publish_to_write,
               histogram("carillon_publish_to_write_seconds",
                         "Time from an event's arrival to the write to its subscribers, counted "
                         "once per shard and event."));
        metric(&ShardMetrics::rest, histogram("carillon_rest_request_seconds",
                                              "Time to answer a REST request, by route and status.")
                                        .by("route", "status"));
        metric(&ShardMetrics::webhook_events_dropped,
               counter("carillon_webhook_events_dropped_total",
                       "Webhook events dropped before they were queued for any endpoint, because "
                       "64 MiB of events waited for the webhook thread."));
        metric(&ShardMetrics::turns,
               histogram("carillon_turn_seconds", "Duration of a turn of an event loop."));
        metric(&ShardMetrics::cluster);
    }
};

}  // namespace carillon
