#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "carillon/admin/reports.hpp"
#include "sum.hpp"

namespace carillon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Builds the families one by one, each with its samples.
class Families {
public:
    void family(const char* name, const char* help, MetricType type) {
        families_.push_back({name, help, type, {}});
    }

    void value(double number, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        if (families_.back().type == MetricType::Counter) {
            metric.counter.value = number;
        } else {
            metric.gauge.value = number;
        }
        families_.back().metric.push_back(std::move(metric));
    }

    void histogram(const LatencyHistogram& histogram, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
            below += histogram.counts()[i];
            const double bound = i < LatencyHistogram::bounds.size()
                                     ? LatencyHistogram::bounds[i]
                                     : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({below, bound});
        }
        metric.histogram.sample_count = below;
        metric.histogram.sample_sum = histogram.sum();
        families_.back().metric.push_back(std::move(metric));
    }

    void counter(const char* name, const char* help, std::uint64_t number) {
        family(name, help, MetricType::Counter);
        value(static_cast<double>(number));
    }
    void gauge(const char* name, const char* help, double number) {
        family(name, help, MetricType::Gauge);
        value(number);
    }
    void by_code(const char* name, const char* help, const std::map<int, std::uint64_t>& counts) {
        family(name, help, MetricType::Counter);
        for (const auto& [code, count] : counts) {
            value(static_cast<double>(count), {{"code", std::to_string(code)}});
        }
    }

    [[nodiscard]] std::string text() const {
        return prometheus::TextSerializer().Serialize(families_);
    }

private:
    std::vector<MetricFamily> families_;
};

void add_clients(Families& out, const ShardSnapshot& node) {
    out.family("carillon_connections", "Open client connections.", MetricType::Gauge);
    for (const auto& [key, count] : node.connections) {
        out.value(static_cast<double>(count),
                  {{"app", key.first}, {"transport", std::string(key.second)}});
    }
    const ShardMetrics& metrics = node.metrics;
    out.counter("carillon_connections_opened_total", "Client connections let in.",
                metrics.connections_opened);
    out.by_code("carillon_connections_closed_total",
                "Client connections that ended, by close code; 1006 is an end without one.",
                metrics.connections_closed);
    out.by_code("carillon_connections_refused_total",
                "Client connections not let in, by close code.", metrics.connections_refused);
    out.counter("carillon_slow_consumers_total", "Clients closed because they read too slowly.",
                metrics.slow_consumers);
    out.gauge("carillon_queued_bytes", "Bytes that wait to be written to connections.",
              static_cast<double>(node.queued_bytes));
}

void add_traffic(Families& out, const ShardMetrics& metrics) {
    out.counter("carillon_received_bytes_total", "Bytes read from sockets.",
                metrics.bytes_received);
    out.counter("carillon_sent_bytes_total", "Bytes written to sockets.", metrics.bytes_sent);
    out.counter("carillon_forwarded_unreadable_total",
                "Requests whose X-Forwarded-For or X-Forwarded-Proto could not be read.",
                metrics.forwarded_unreadable);
    out.counter("carillon_messages_received_total", "Messages from clients.",
                metrics.messages_received);
    out.counter("carillon_messages_sent_total", "Messages to clients.", metrics.messages_sent);
    out.counter("carillon_events_published_total", "Events published over REST, one a channel.",
                metrics.events_published);
    out.counter("carillon_client_events_total", "Client events accepted.", metrics.client_events);
    out.counter("carillon_deliveries_total", "Events handed to subscribers, one a subscriber.",
                metrics.deliveries);
    out.counter("carillon_cache_evictions_total",
                "Last events of cache channels that had to go before their time.",
                metrics.cache_evictions);
    out.family("carillon_publish_to_write_seconds",
               "Time from an event's arrival to the write to its subscribers.",
               MetricType::Histogram);
    out.histogram(metrics.publish_to_write);
}

void add_channels(Families& out, const ShardSnapshot& node) {
    out.family("carillon_channels", "Occupied channels, by kind.", MetricType::Gauge);
    for (const auto& [kind, count] : node.channels) {
        out.value(static_cast<double>(count.channels), {{"kind", std::string(kind)}});
    }
    out.family("carillon_subscriptions", "Subscriptions, by kind of channel.", MetricType::Gauge);
    for (const auto& [kind, count] : node.channels) {
        out.value(static_cast<double>(count.subscriptions), {{"kind", std::string(kind)}});
    }
}

void add_rest(Families& out, const ShardMetrics& metrics) {
    out.family("carillon_rest_request_seconds",
               "Time to answer a REST request, by route and status.", MetricType::Histogram);
    for (const auto& [key, histogram] : metrics.rest) {
        out.histogram(histogram,
                      {{"route", std::string(key.first)}, {"status", std::to_string(key.second)}});
    }
}

void add_webhooks(Families& out, const std::vector<WebhookMetrics>& endpoints) {
    const auto each = [&](const auto& add) {
        for (const WebhookMetrics& endpoint : endpoints) {
            add(endpoint, Labels{{"app", endpoint.app}, {"endpoint", endpoint.endpoint}});
        }
    };
    out.family("carillon_webhook_request_seconds", "Time of a webhook request, by its outcome.",
               MetricType::Histogram);
    each([&](const WebhookMetrics& endpoint, const Labels& labels) {
        for (const auto& [outcome, histogram] : endpoint.requests) {
            Labels with_outcome = labels;
            with_outcome.push_back({"outcome", std::string(outcome)});
            out.histogram(histogram, std::move(with_outcome));
        }
    });
    out.family("carillon_webhook_events_total",
               "Webhook events delivered, or given up and why (result).", MetricType::Counter);
    each([&](const WebhookMetrics& endpoint, const Labels& labels) {
        const auto result = [&](std::string_view name, std::uint64_t count) {
            Labels with_result = labels;
            with_result.push_back({"result", std::string(name)});
            out.value(static_cast<double>(count), std::move(with_result));
        };
        if (!endpoint.endpoint.empty()) result("delivered", endpoint.events_delivered);
        for (const auto& [reason, count] : endpoint.events_dead) result(reason, count);
    });
    const auto gauge = [&](const char* name, const char* help, auto value) {
        out.family(name, help, MetricType::Gauge);
        each([&](const WebhookMetrics& endpoint, const Labels& labels) {
            if (!endpoint.endpoint.empty()) {
                out.value(static_cast<double>(value(endpoint)), labels);
            }
        });
    };
    gauge("carillon_webhook_queued_events", "Webhook events that wait.",
          [](const WebhookMetrics& endpoint) { return endpoint.queued_events; });
    gauge("carillon_webhook_queued_bytes", "What they occupy.",
          [](const WebhookMetrics& endpoint) { return endpoint.queued_bytes; });
    gauge("carillon_webhook_breaker",
          "0: the endpoint gets its webhooks; 1: a probe is under way; 2: it gets none.",
          [](const WebhookMetrics& endpoint) { return static_cast<int>(endpoint.breaker); });
}

void add_cluster(Families& out, const ClusterMetrics& cluster) {
    if (cluster.shards == 0) return;
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
        out.gauge(name, help, static_cast<double>(value));
    };
    gauge("carillon_cluster_connected_shards", "Shards that reach Redis.", cluster.connected);
    gauge("carillon_cluster_detached_shards",
          "Shards that have waited too long for Redis and deliver without it.", cluster.detached);
    gauge("carillon_cluster_registered_partitions",
          "Partitions, of 256, that this node is registered in.", cluster.partitions_registered);
    gauge("carillon_cluster_recovering_partitions",
          "Partitions whose nodes are still to say what they held before Redis was lost.",
          cluster.partitions_recovering);
    gauge("carillon_cluster_commands_in_flight", "Commands that Redis has not answered yet.",
          cluster.commands_in_flight);
    gauge("carillon_cluster_pending_events",
          "Events that Redis has not confirmed, or only in the last seconds.",
          cluster.pending_events);
    gauge("carillon_cluster_pending_bytes", "What they occupy.", cluster.pending_bytes);
    out.counter("carillon_cluster_connections_lost_total", "Times that a shard lost Redis.",
                cluster.connections_lost);
    out.counter("carillon_cluster_registrations_lost_total",
                "Registrations in a partition that Redis did not know any more.",
                cluster.registrations_lost);
    out.counter("carillon_cluster_nodes_cleared_total",
                "Nodes that had ended and whose holdings this one took away, one a partition.",
                cluster.nodes_cleared);
    out.counter("carillon_cluster_messages_repaired_total",
                "Messages that were missed and then read from a channel's ring.",
                cluster.messages_repaired);
    out.counter("carillon_cluster_messages_lost_total",
                "Messages that were missed, and that no ring held any more.",
                cluster.messages_lost);
    out.counter("carillon_cluster_client_events_dropped_total",
                "Client events that stayed on this node, since Redis could not take them.",
                cluster.client_events_dropped);
    out.counter("carillon_cluster_script_errors_total",
                "Scripts that Redis answered with an error, or in another shape than theirs.",
                cluster.script_errors);
    out.counter("carillon_cluster_messages_rejected_total",
                "Messages from Redis that were malformed, and were not delivered.",
                cluster.messages_rejected);
    out.family("carillon_cluster_round_trip_seconds", "Time from a command to Redis' answer.",
               MetricType::Histogram);
    out.histogram(cluster.round_trips);
}

void add_process(Families& out, const ProcessInfo& process_info, const ShardSnapshot& node,
                 std::size_t shards) {
    out.family("carillon_info", "Always 1; what runs.", MetricType::Gauge);
    out.value(1, {{"version", process_info.version}, {"flusher", process_info.flusher}});
    out.gauge("carillon_uptime_seconds", "Time since the start.",
              static_cast<double>(process_info.uptime_seconds));
    out.gauge("carillon_resident_bytes", "Memory that the process holds.",
              static_cast<double>(process_info.resident_bytes));
    out.counter("carillon_log_dropped_total", "Log lines lost.", process_info.log_lines_dropped);
    out.gauge("carillon_shards", "Threads that serve clients.", static_cast<double>(shards));
    out.gauge("carillon_inbox_bytes", "Bytes that shards have waiting for each other.",
              static_cast<double>(node.inbox_bytes));
    out.gauge("carillon_loop_lag_seconds", "How long the slowest shard let this scrape wait.",
              std::chrono::duration<double>(node.lag).count());
    out.family("carillon_turn_seconds", "Length of an event loop's turn.", MetricType::Histogram);
    out.histogram(node.metrics.turns);
}

}  // namespace

std::string prometheus_text(const ProcessInfo& process_info, const NodeSnapshot& snapshot) {
    const ShardSnapshot node = sum(snapshot.shards);
    Families out;
    add_clients(out, node);
    add_traffic(out, node.metrics);
    add_channels(out, node);
    add_rest(out, node.metrics);
    add_webhooks(out, snapshot.webhooks);
    add_cluster(out, node.metrics.cluster);
    add_process(out, process_info, node, snapshot.shards.size());
    return out.text();
}

}  // namespace carillon
