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
#include "carillon/metrics/process_metrics.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/metrics/webhook_metrics.hpp"

namespace carillon {

/// What one shard has counted, and its state at the moment of the scrape; or the sum of all shards.
struct ShardSnapshot {
    std::uint64_t shards = 1;
    /// By app id and transport.
    std::map<std::pair<std::string, std::string_view>, std::size_t> connections;
    /// By kind; those whose home is this shard.
    std::map<std::string_view, std::size_t> channels;
    std::map<std::string_view, std::size_t> subscriptions;
    std::size_t queued_bytes = 0;
    std::size_t inbox_bytes = 0;
    Duration lag{};  ///< time that the request for this snapshot waited
    ShardMetrics metrics;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&ShardSnapshot::shards, gauge("carillon_shards", "Threads that serve clients."));
        metric(&ShardSnapshot::connections,
               gauge("carillon_connections",
                     "Open client connections, by app and transport (ws, wss, xhr_streaming, "
                     "xhr_polling).")
                   .by("app", "transport"));
        metric(&ShardSnapshot::channels,
               gauge("carillon_channels", "Occupied channels, by kind.").by("kind"));
        metric(&ShardSnapshot::subscriptions,
               gauge("carillon_subscriptions", "Subscriptions, by kind of channel.").by("kind"));
        metric(&ShardSnapshot::queued_bytes,
               gauge("carillon_queued_bytes",
                     "Bytes queued for client connections, including the memory to keep them."));
        metric(&ShardSnapshot::inbox_bytes,
               gauge("carillon_inbox_bytes", "Bytes queued between shards."));
        metric(&ShardSnapshot::lag,
               gauge("carillon_loop_lag_seconds", "How long the slowest shard delayed this scrape.")
                   .maximum());
        metric(&ShardSnapshot::metrics);
    }
};

/// A node at one moment.
struct NodeSnapshot {
    std::vector<ShardSnapshot> shards;
    WebhookMetricsByEndpoint webhooks;
};

/// The process and what it is.
struct ProcessInfo {
    std::string version;
    std::string flusher;
    ProcessMetrics metrics;
};

/// What the admin listener reports on; implemented by the server, and by tests.
class NodeSource {
public:
    virtual ~NodeSource() = default;

    /// False before the server listens and from the moment it begins to stop: load balancers should
    /// then choose another node. Any thread.
    [[nodiscard]] virtual bool ready() const = 0;
    /// Any thread.
    [[nodiscard]] virtual ProcessInfo process_info() const = 0;
    /// Asks all shards and the webhook thread; `done` runs on the thread of the last one to answer.
    virtual void collect(std::function<void(NodeSnapshot)> done) = 0;
};

}  // namespace carillon
