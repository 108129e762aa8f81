#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "carillon/apps/app.hpp"
#include "carillon/base/rate_limit.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/cluster/redis_address.hpp"
#include "carillon/cluster/redis_options.hpp"
#include "carillon/metrics/cluster_metrics.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace boost::asio::ssl {
class context;
}

namespace carillon {

class ClusterHome;

/// What all shards of a node have in common in a cluster.
struct ClusterNode {
    /// `options.url` is one that RedisAddress takes. Throws std::runtime_error if a file of
    /// certificates cannot be used. `process`: unique to this start of the server, hexadecimal.
    ClusterNode(RedisOptions options, std::string process);

    const RedisOptions options;
    const RedisAddress address;
    const std::shared_ptr<boost::asio::ssl::context> tls;  ///< null for plain TCP
    const std::string process;
    PublishBudget budget;
    SharedRateLimit losses_logged;
};

/// One shard's share in a cluster: puts a home into the shard's domain that speaks for the node in
/// the partitions whose home the shard is. Source: docs/cluster.md, docs/decisions/0009.
class ClusterShard {
public:
    /// `node`, `loop` and `metrics` must outlive this, and this the domain.
    ClusterShard(ClusterNode& node, EventLoop& loop, ShardId self, std::uint16_t shards,
                 std::function<std::uint64_t()> random, ClusterMetrics& metrics);
    ~ClusterShard();

    /// For the constructor of the domain.
    [[nodiscard]] HomeFactory home_factory();

    /// Connects, for as long as the server runs. Calls `ready` once, when the node takes part in
    /// all partitions, and `failed` whenever Redis is lost before. On the shard's thread.
    void start(std::function<void()> ready, std::function<void(std::string why)> failed);
    void set_apps(std::span<const std::shared_ptr<const App>> apps);

    /// Once clients are gone: leaves the cluster, as soon as Redis knows all it has to know.
    void leave(std::function<void()> done);

private:
    ClusterNode& node_;
    EventLoop& loop_;
    const ShardId self_;
    const std::uint16_t shards_;
    std::function<std::uint64_t()> random_;
    ClusterMetrics& metrics_;
    ClusterHome* home_ = nullptr;  ///< the domain's
};

}  // namespace carillon
