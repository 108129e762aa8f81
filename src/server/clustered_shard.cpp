#include "clustered_shard.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "carillon/redis/redis_tls.hpp"

namespace carillon {
namespace {

RedisAddress address_of(const RedisOptions& options) {
    auto address = RedisAddress::parse(options.url);
    if (!address) throw std::runtime_error("redis.url: " + std::string(address.error().what));
    return *std::move(address);
}

ClusterOptions cluster_options_of(const RedisOptions& options) {
    ClusterOptions cluster;
    cluster.prefix = options.prefix;
    cluster.timeout = std::chrono::milliseconds(options.timeout_ms);
    cluster.lease = std::chrono::seconds(options.lease_seconds);
    cluster.max_pending_bytes = options.max_pending_bytes;
    cluster.max_ring_bytes = options.max_ring_bytes;
    return cluster;
}

}  // namespace

ClusteredNode::ClusteredNode(const RedisOptions& of, std::string process)
    : options(of),
      address(address_of(options)),
      tls(address.tls
              ? make_redis_tls({options.ca_file, options.certificate_file, options.key_file})
              : nullptr),
      cluster(cluster_options_of(options), std::move(process)) {}

RedisBus::Target ClusteredNode::target_with(const RedisOptions& changed) const {
    RedisBus::Target target{address, tls, options.server_name,
                            std::chrono::milliseconds(options.timeout_ms)};
    const RedisAddress credentials = address_of(changed);
    target.address.user = credentials.user;
    target.address.password = credentials.password;
    if (tls) {
        target.tls = make_redis_tls({changed.ca_file, changed.certificate_file, changed.key_file});
    }
    return target;
}

ClusteredShard::ClusteredShard(ClusteredNode& node, EventLoop& loop, ShardId self,
                               std::uint16_t shards, std::function<std::uint64_t()> random,
                               ClusterMetrics& metrics)
    : node_(node),
      loop_(loop),
      speaks_for_node_(self == ShardId{}),
      bus_(loop,
           {node.address, node.tls, node.options.server_name,
            std::chrono::milliseconds(node.options.timeout_ms)},
           metrics.round_trips, std::move(random)),
      logic_(
          node.cluster, bus_, *this, [&loop] { return loop.now(); }, self, shards, metrics) {}

void ClusteredShard::on_connected(bool other_server) {
    if (!other_server || !speaks_for_node_) return;
    bus_.ask_memory_policy([](std::string_view policy) {
        if (policy == "noeviction") return;
        spdlog::warn(
            "Redis evicts keys when its memory is full (maxmemory-policy is {}): set it to "
            "noeviction",
            policy);
    });
}

void ClusteredShard::on_connection_lost(std::string_view why) {
    // One line for all shards that lose it at once.
    if (!node_.losses_logged.admit(1, loop_.now())) return;
    spdlog::warn("Lost the connection to Redis: {}", why);
}

void ClusteredShard::on_registered_again() {
    if (speaks_for_node_) spdlog::info("Connected to Redis again, and registered");
}

void ClusteredShard::on_detached() {
    if (!speaks_for_node_) return;
    spdlog::warn("Redis is not responding; delivering locally until it returns");
}

void ClusteredShard::on_repaired(std::string_view prefix, char kind) {
    if (!failures_logged_.admit(1, loop_.now())) return;
    spdlog::error(
        "This node was wrong about a {} (keys {}*), and has read it anew: please report this",
        kind == 'u'   ? "user"
        : kind == 'p' ? "presence channel"
                      : "channel",
        prefix);
}

void ClusteredShard::on_script_failure(Script script, std::string_view prefix,
                                       std::string_view what) {
    constexpr std::size_t shown_max = 300;
    if (!failures_logged_.admit(1, loop_.now())) return;
    spdlog::warn("Script {} failed on the Redis keys {}*: {}",
                 script_names[static_cast<std::size_t>(script)], prefix, what.substr(0, shown_max));
}

}  // namespace carillon
