#include <chrono>
#include <nlohmann/json.hpp>

#include "carillon/admin/reports.hpp"
#include "sum.hpp"

namespace carillon {

std::string status_json(const NodeFacts& facts, const std::vector<ShardSnapshot>& shards) {
    using nlohmann::json;
    const ShardSnapshot node = sum(shards);
    json connections = json::object();
    for (const auto& [key, count] : node.connections) {
        connections[key.first][std::string(key.second)] = count;
    }
    json channels = json::object();
    for (const auto& [kind, count] : node.channels) {
        channels[std::string(kind)] = {{"channels", count.channels},
                                       {"subscriptions", count.subscriptions}};
    }
    const json status = {
        {"version", facts.version},
        {"uptime_seconds", facts.uptime_seconds},
        {"shards", shards.size()},
        {"flusher", facts.flusher},
        {"connections", connections},
        {"channels", channels},
        {"queued_bytes", node.queued_bytes},
        {"inbox_bytes", node.inbox_bytes},
        {"resident_bytes", facts.resident_bytes},
        {"loop_lag_seconds", std::chrono::duration<double>(node.lag).count()},
    };
    return status.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace carillon
