#include <nlohmann/json.hpp>

#include "carillon/admin/reports.hpp"
#include "samples.hpp"
#include "sum.hpp"

namespace carillon {
namespace {

using nlohmann::json;

constexpr std::string_view any_prefix = "carillon_";
constexpr std::string_view cluster_prefix = "carillon_cluster_";
constexpr std::string_view webhook_prefix = "carillon_webhook_";

/// The counters and gauges as members of `object`, without what their names have in common; labels
/// become nested objects, and the metrics of a cluster an object of their own.
class Members {
public:
    Members(json& object, std::string_view prefix) : object_(object), prefix_(prefix) {}

    void begin(const Metric& metric) {
        if (metric.type == Metric::Type::histogram) return;
        const bool of_cluster = metric.name.starts_with(cluster_prefix);
        std::string_view name = metric.name.substr((of_cluster ? cluster_prefix : prefix_).size());
        constexpr std::string_view suffix = "_total";
        if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
        json& object = of_cluster ? object_["cluster"] : object_;
        member_ = &(object[std::string(name)] = nullptr);
        if (!metric.labels[0].empty()) *member_ = json::object();
    }

    template <class Number>
    void sample(const Labels& labels, Number value) {
        json* at = member_;
        for (const auto& [name, label] : labels) at = &(*at)[label];
        *at = value;
    }
    void sample(const Labels&, const LatencyHistogram&) {}

private:
    json& object_;
    std::string_view prefix_;
    json* member_ = nullptr;
};

/// The states of docs/cluster.md.
const char* cluster_state(const ClusterMetrics& cluster, std::uint64_t shards) {
    constexpr std::uint64_t partitions = 256;
    if (cluster.detached > 0) return "detached";
    if (cluster.connected < shards) return "connecting";
    if (cluster.partitions_registered < partitions) return "registering";
    return cluster.partitions_recovering > 0 ? "recovering" : "joined";
}

json endpoints(const WebhookMetricsByEndpoint& webhooks) {
    json list = json::array();
    for (const auto& [key, metrics] : webhooks) {
        json& endpoint = list.emplace_back(json::object());
        endpoint[std::string(webhook_labels[0])] = key.first;
        endpoint[std::string(webhook_labels[1])] = key.second;
        endpoint["delivering"] = metrics.breaker == WebhookMetrics::Breaker::closed;
        Members members(endpoint, webhook_prefix);
        SampleReader(members).read(metrics);
    }
    return list;
}

}  // namespace

std::string status_json(const ProcessInfo& process_info, const NodeSnapshot& snapshot) {
    const ShardSnapshot node = sum(snapshot.shards);
    json status = {{"version", process_info.version}, {"flusher", process_info.flusher}};
    Members members(status, any_prefix);
    SampleReader(members).read(process_info.metrics);
    SampleReader(members).read(node);
    status["webhooks"] = endpoints(snapshot.webhooks);
    if (const auto& cluster = node.metrics.cluster) {
        status["cluster"]["state"] = cluster_state(*cluster, node.shards);
    }
    return status.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace carillon
