#include "carillon/cluster/cluster_shard.hpp"

#include <utility>

#include "cluster_home.hpp"

namespace carillon {

ClusterNode::ClusterNode(ClusterOptions of, std::string process_id)
    : options(std::move(of)), process(std::move(process_id)), budget(options.max_pending_bytes) {}

ClusterShard::ClusterShard(ClusterNode& node, ScriptBus& bus, ClusterObserver& observer, Now now,
                           ShardId self, std::uint16_t shards, ClusterMetrics& metrics)
    : node_(node),
      bus_(bus),
      observer_(observer),
      now_(std::move(now)),
      self_(self),
      shards_(shards),
      metrics_(metrics) {}

ClusterShard::~ClusterShard() = default;

HomeFactory ClusterShard::home_factory() {
    return {.make_home =
                [this](Home::Send send, WebhookEvents& webhooks) {
                    auto home =
                        std::make_unique<ClusterHome>(node_, bus_, observer_, now_, self_, shards_,
                                                      metrics_, std::move(send), webhooks);
                    home_ = home.get();
                    return home;
                },
            .budget = &node_.budget};
}

void ClusterShard::start(std::function<void()> ready, std::function<void(std::string)> failed) {
    home_->start(std::move(ready), std::move(failed));
}

void ClusterShard::set_apps(std::span<const std::shared_ptr<const App>> apps) {
    home_->set_apps(apps);
}

void ClusterShard::leave(std::function<void()> done) {
    home_->leave(std::move(done));
}

}  // namespace carillon
