#include "carillon/cluster/cluster_shard.hpp"

#include <stdexcept>
#include <utility>

#include "cluster_home.hpp"
#include "redis_tls.hpp"

namespace carillon {
namespace {

RedisAddress address_of(const RedisOptions& options) {
    auto address = RedisAddress::parse(options.url);
    if (!address) throw std::runtime_error("redis.url: not a URL of Redis");
    return *std::move(address);
}

}  // namespace

ClusterNode::ClusterNode(RedisOptions redis, std::string process_id)
    : options(std::move(redis)),
      address(address_of(options)),
      tls(address.tls
              ? make_redis_tls({options.ca_file, options.certificate_file, options.key_file})
              : nullptr),
      process(std::move(process_id)),
      budget(options.max_pending_bytes) {}

ClusterShard::ClusterShard(ClusterNode& node, EventLoop& loop, ShardId self, std::uint16_t shards,
                           std::function<std::uint64_t()> random, ClusterMetrics& metrics)
    : node_(node),
      loop_(loop),
      self_(self),
      shards_(shards),
      random_(std::move(random)),
      metrics_(metrics) {}

ClusterShard::~ClusterShard() = default;

HomeFactory ClusterShard::home_factory() {
    return {.make_home =
                [this](Home::Send send, WebhookEvents& webhooks) {
                    auto home = std::make_unique<ClusterHome>(node_, loop_, self_, shards_, random_,
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
