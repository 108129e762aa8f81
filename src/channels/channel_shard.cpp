#include "carillon/channels/channel_shard.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>
#include <variant>

#include "carillon/channels/partition.hpp"
#include "dispatch.hpp"
#include "single_node_home.hpp"

namespace carillon {
namespace {

/// Each shard keeps an even share of the bytes that an app may cache on the node.
CacheRule cache_rule(const Limits& limits, std::uint16_t shards) {
    return {std::chrono::seconds(limits.cache_ttl_seconds),
            (limits.max_cache_bytes + shards - std::size_t{1}) / shards};
}

}  // namespace

ChannelShard::ChannelShard(ShardId self, std::uint16_t shards, ShardMail& mail,
                           std::function<std::uint64_t()> random, Now now, ShardMetrics& metrics,
                           WebhookQueue& webhooks, const HomeFactory& cluster)
    : self_(self),
      shards_(shards),
      mail_(mail),
      metrics_(metrics),
      random_(std::move(random)),
      now_(std::move(now)),
      webhooks_(webhooks, now_),
      budget_(cluster.budget),
      send_(to_homes()),
      edge_channels_(shards, to_homes(), now_, metrics),
      watchlists_(shards, to_homes()),
      edge_users_(shards, cluster.budget != nullptr, to_homes(), watchlists_),
      queries_(shards, to_homes()),
      quota_(shards, cluster.budget != nullptr, to_homes()) {
    if (cluster.make_home) {
        home_ = cluster.make_home(to_edges(), webhooks_);
    } else {
        home_ = std::make_unique<SingleNodeHome>(to_edges(), now_, metrics, webhooks_);
    }
}

SendRequest ChannelShard::to_homes() {
    return [this](ShardId home, HomeRequest&& request) {
        if (home == self_) return home_->receive(self_, std::move(request));
        mail_.post(home, std::move(request));
    };
}

SendNotice ChannelShard::to_edges() {
    return [this](ShardId edge, EdgeNotice&& notice) {
        if (edge == self_) return handle(std::move(notice));
        mail_.post(edge, std::move(notice));
    };
}

void ChannelShard::receive(ShardId from, ShardMessage&& message) {
    if (auto* const request = std::get_if<HomeRequest>(&message)) {
        home_->receive(from, std::move(*request));
    } else {
        handle(std::move(*std::get_if<EdgeNotice>(&message)));
    }
}

void ChannelShard::handle(EdgeNotice&& notice) {
    const auto parts =
        std::tie(edge_channels_, edge_users_, watchlists_, queries_, quota_, receipts_);
    std::visit([&parts](auto&& held) { dispatch(parts, std::forward<decltype(held)>(held)); },
               std::move(notice));
}

bool ChannelShard::publish(const App& app, std::vector<PublishRequest> events,
                           std::function<void()> done) {
    std::size_t bytes = 0;
    std::vector<Publish> publishes;
    publishes.reserve(events.size());
    for (PublishRequest& event : events) {
        Publish publish{{app.index, event.channel.text()},
                        std::move(event.text),
                        event.excluded,
                        now_(),
                        std::nullopt};
        if (event.channel.kind().cache) publish.cache = cache_rule(app.limits, shards_);
        bytes += PublishBudget::cost(publish.channel.name, publish.text);
        publishes.push_back(std::move(publish));
    }
    std::uint64_t receipt = 0;
    if (budget_ != nullptr && !publishes.empty()) {
        if (!budget_->reserve(bytes)) return false;
        receipt = receipts_.open(publishes.size(), std::exchange(done, nullptr));
    }
    metrics_.events_published += publishes.size();
    for (Publish& publish : publishes) {
        publish.receipt = receipt;
        const ShardId home = home_of(app.id.get(), publish.channel.name, shards_);
        send_(home, std::move(publish));
    }
    if (done) done();
    return true;
}

void ChannelShard::end_turn() {
    watchlists_.announce();
    home_->end_turn();
    const std::size_t waiting = edge_channels_.waiting_bytes();
    if (waiting == reported_waiting_) return;
    mail_.add_waiting(static_cast<std::ptrdiff_t>(waiting) -
                      static_cast<std::ptrdiff_t>(reported_waiting_));
    reported_waiting_ = waiting;
}

std::optional<TimePoint> ChannelShard::next_due() const {
    std::optional<TimePoint> next;
    for (const std::optional<TimePoint>& due :
         {home_->next_due(), edge_channels_.next_due(), webhooks_.next_due()}) {
        if (due && (!next || *due < *next)) next = due;
    }
    return next;
}

void ChannelShard::advance() {
    home_->advance();
    edge_channels_.advance();
    webhooks_.advance();
}

bool ChannelShard::any_inbox_full() const {
    for (std::uint16_t shard = 0; shard < shards_; ++shard) {
        if (mail_.is_full(static_cast<ShardId>(shard))) return true;
    }
    return false;
}

SocketId ChannelShard::new_socket_id() {
    constexpr std::uint64_t max = 0x7fffffff;
    const std::uint64_t random = random_();
    return {1 + (random & 0xffffffffU) % max, 1 + (random >> 32U) % max};
}

}  // namespace carillon
