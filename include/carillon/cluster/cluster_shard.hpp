#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "carillon/apps/app.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/channels/publish_budget.hpp"
#include "carillon/cluster/cluster_observer.hpp"
#include "carillon/cluster/cluster_options.hpp"
#include "carillon/cluster/script_bus.hpp"
#include "carillon/metrics/cluster_metrics.hpp"

namespace carillon {

class ClusterHome;

/// What all shards of a node have in common in a cluster.
struct ClusterNode {
    /// `process`: unique to this start of the server, hexadecimal.
    ClusterNode(ClusterOptions of, std::string process);

    const ClusterOptions options;
    const std::string process;
    PublishBudget budget;
};

/// One shard's share in a cluster: puts a home into the shard's domain that acts for the node in
/// the partitions whose home the shard is. Logic only: time comes in as `now` and through the
/// domain, Redis through the bus, and what a log should have goes to the observer. Source:
/// docs/cluster-internals.md.
class ClusterShard {
public:
    /// All that is passed by reference must outlive this, and this the domain. The home opens the
    /// bus in `start`, and closes it when it is destroyed.
    ClusterShard(ClusterNode& node, ScriptBus& bus, ClusterObserver& observer, Now now,
                 ShardId self, std::uint16_t shards, ClusterMetrics& metrics);
    ~ClusterShard();

    /// For the constructor of the domain.
    [[nodiscard]] HomeFactory home_factory();

    /// Connects, for as long as the server runs. Calls `ready` once, when the node is registered in
    /// all partitions of the shard, and `failed` whenever Redis is lost before.
    void start(std::function<void()> ready, std::function<void(std::string why)> failed);
    void set_apps(std::span<const std::shared_ptr<const App>> apps);

    /// After the last client: leaves the cluster once Redis has confirmed everything.
    void leave(std::function<void()> done);

private:
    ClusterNode& node_;
    ScriptBus& bus_;
    ClusterObserver& observer_;
    Now now_;
    const ShardId self_;
    const std::uint16_t shards_;
    ClusterMetrics& metrics_;
    ClusterHome* home_ = nullptr;  ///< the domain's
};

}  // namespace carillon
