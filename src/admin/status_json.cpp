#include <chrono>
#include <nlohmann/json.hpp>

#include "carillon/admin/reports.hpp"
#include "sum.hpp"

namespace carillon {
namespace {

using nlohmann::json;

std::uint64_t total(const std::map<std::string_view, std::uint64_t>& counts) {
    std::uint64_t all = 0;
    for (const auto& [key, count] : counts) all += count;
    return all;
}

/// The states of docs/cluster.md.
const char* cluster_state(const ClusterMetrics& cluster) {
    constexpr std::uint64_t partitions = 256;
    if (cluster.detached > 0) return "detached";
    if (cluster.connected < cluster.shards) return "connecting";
    if (cluster.partitions_registered < partitions) return "registering";
    return cluster.partitions_recovering > 0 ? "recovering" : "joined";
}

json endpoints(const std::vector<WebhookMetrics>& all) {
    json list = json::array();
    for (const WebhookMetrics& endpoint : all) {
        if (endpoint.endpoint.empty()) continue;
        list.push_back({{"app", endpoint.app},
                        {"endpoint", endpoint.endpoint},
                        {"delivering", endpoint.breaker == WebhookMetrics::Breaker::closed},
                        {"events_queued", endpoint.queued_events},
                        {"events_delivered", endpoint.events_delivered},
                        {"events_given_up", total(endpoint.events_dead)}});
    }
    return list;
}

}  // namespace

std::string status_json(const ProcessInfo& process_info, const NodeSnapshot& snapshot) {
    const ShardSnapshot node = sum(snapshot.shards);
    json connections = json::object();
    for (const auto& [key, count] : node.connections) {
        connections[key.first][std::string(key.second)] = count;
    }
    json channels = json::object();
    for (const auto& [kind, count] : node.channels) {
        channels[std::string(kind)] = {{"channels", count.channels},
                                       {"subscriptions", count.subscriptions}};
    }
    json status = {
        {"version", process_info.version},
        {"uptime_seconds", process_info.uptime_seconds},
        {"shards", snapshot.shards.size()},
        {"flusher", process_info.flusher},
        {"connections", connections},
        {"channels", channels},
        {"webhooks", endpoints(snapshot.webhooks)},
        {"queued_bytes", node.queued_bytes},
        {"inbox_bytes", node.inbox_bytes},
        {"resident_bytes", process_info.resident_bytes},
        {"loop_lag_seconds", std::chrono::duration<double>(node.lag).count()},
    };
    if (const ClusterMetrics& cluster = node.metrics.cluster; cluster.shards > 0) {
        status["cluster"] = {{"state", cluster_state(cluster)},
                             {"registered_partitions", cluster.partitions_registered},
                             {"recovering_partitions", cluster.partitions_recovering},
                             {"pending_events", cluster.pending_events},
                             {"pending_bytes", cluster.pending_bytes},
                             {"registrations_lost", cluster.registrations_lost},
                             {"messages_repaired", cluster.messages_repaired},
                             {"messages_lost", cluster.messages_lost}};
    }
    return status.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace carillon
