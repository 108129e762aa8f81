#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/metrics/webhook_metrics.hpp"

namespace carillon {

/// What one shard said of itself when it was asked.
struct ShardSnapshot {
    ShardMetrics metrics;
    /// Clients by app id and transport ("ws", "wss").
    std::map<std::pair<std::string, std::string_view>, std::size_t> connections;
    struct Channels {
        std::size_t channels = 0;
        std::size_t subscriptions = 0;
    };
    std::map<std::string_view, Channels> channels;  ///< homed here, by kind
    std::size_t queued_bytes = 0;
    std::size_t inbox_bytes = 0;
    Duration lag{};  ///< how long the question waited
};

/// What a node said of itself.
struct NodeSnapshot {
    std::vector<ShardSnapshot> shards;
    std::vector<WebhookMetrics> webhooks;  ///< one an endpoint
};

/// What does not change while the server runs, and what belongs to the whole process.
struct ProcessInfo {
    std::string version;
    std::string flusher;
    std::int64_t uptime_seconds = 0;
    std::size_t resident_bytes = 0;
    std::uint64_t log_lines_dropped = 0;
};

/// What the admin listener asks; filled by the server, and by tests.
class NodeSource {
public:
    virtual ~NodeSource() = default;

    /// False before the server listens and from the moment it stops: load balancers should look
    /// elsewhere.
    [[nodiscard]] virtual bool ready() const = 0;
    [[nodiscard]] virtual ProcessInfo process_info() const = 0;
    /// Asks everybody; `done` runs on the thread of whoever was last to answer.
    virtual void collect(std::function<void(NodeSnapshot)> done) = 0;
};

}  // namespace carillon
