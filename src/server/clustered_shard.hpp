#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "carillon/base/rate_limit.hpp"
#include "carillon/cluster/cluster_observer.hpp"
#include "carillon/cluster/cluster_shard.hpp"
#include "carillon/redis/redis_address.hpp"
#include "carillon/redis/redis_bus.hpp"
#include "carillon/redis/redis_options.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// What the shards of a node of a cluster share: its way to Redis, and its part in the cluster.
struct ClusteredNode {
    /// `of.url` is one that RedisAddress takes. Throws std::runtime_error if a file of certificates
    /// cannot be used. `process`: unique to this start of the server, hexadecimal.
    ClusteredNode(const RedisOptions& of, std::string process);

    /// Where it is already, with the files of certificates read again, and the user and password of
    /// `changed`. Throws as the constructor.
    [[nodiscard]] RedisBus::Target target_with(const RedisOptions& changed) const;

    const RedisOptions options;
    const RedisAddress address;
    const std::shared_ptr<boost::asio::ssl::context> tls;  ///< null for plain TCP
    ClusterNode cluster;
    SharedRateLimit losses_logged;
};

/// Composes a shard's share in the cluster: the logic, its bus to Redis, and its lines in the log.
class ClusteredShard final : private ClusterObserver {
public:
    /// All that is passed by reference must outlive this.
    ClusteredShard(ClusteredNode& node, EventLoop& loop, ShardId self, std::uint16_t shards,
                   std::function<std::uint64_t()> random, ClusterMetrics& metrics);

    /// For the next connection.
    void set_redis(const RedisBus::Target& target) { bus_.set_target(target); }
    [[nodiscard]] ClusterShard& logic() noexcept { return logic_; }

private:
    void on_connected(bool other_server) override;
    void on_connection_lost(std::string_view why) override;
    void on_registered_again() override;
    void on_detached() override;
    void on_repaired(std::string_view prefix, char kind) override;
    void on_script_failure(Script script, std::string_view prefix, std::string_view what) override;

    ClusteredNode& node_;
    EventLoop& loop_;
    const bool speaks_for_node_;  ///< the first shard logs what is about all of them
    RateLimit failures_logged_;
    RedisBus bus_;
    ClusterShard logic_;
};

}  // namespace carillon
