#include "carillon/channels/channel_shard.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

#include "carillon/channels/partition.hpp"
#include "single_node_home.hpp"

namespace carillon {
namespace {

/// Picks the part of the domain that a kind of message is for.
struct Recipient {
    Home& home;
    EdgeChannels& edge_channels;
    EdgeUsers& edge_users;
    Watchlists& watchlists;
    ChannelQueries& queries;
    QuotaClient& quota;
    ShardId from;

    void operator()(Join&& message) const { home.on(from, std::move(message)); }
    void operator()(Leave&& message) const { home.on(from, std::move(message)); }
    void operator()(Publish&& message) const { home.on(from, std::move(message)); }
    void operator()(ClientEvent&& message) const { home.on(from, std::move(message)); }
    void operator()(ChannelQuery&& message) const { home.on(from, std::move(message)); }

    void operator()(SignIn&& message) const { home.on(from, std::move(message)); }
    void operator()(SignOut&& message) const { home.on(from, std::move(message)); }
    void operator()(Watch&& message) const { home.on(from, std::move(message)); }
    void operator()(Unwatch&& message) const { home.on(from, std::move(message)); }
    void operator()(TerminateUser&& message) const { home.on(from, std::move(message)); }

    void operator()(JoinAnswer&& message) const { edge_channels.on(std::move(message)); }
    void operator()(ClientEventRefused&& message) const { edge_channels.on(std::move(message)); }
    void operator()(Deliver&& message) const { edge_channels.on(std::move(message)); }

    void operator()(SignedIn&& message) const { edge_users.on(std::move(message)); }
    void operator()(UserStatus&& message) const { watchlists.on(std::move(message)); }
    void operator()(CloseUser&& message) const { edge_users.on(std::move(message)); }

    void operator()(AdmitConnection&& message) const { home.on(from, std::move(message)); }
    void operator()(ReleaseConnection&& message) const { home.on(from, std::move(message)); }
    void operator()(ConnectionAnswer&& message) const { quota.on(message); }

    void operator()(ChannelAnswer&& message) const { queries.on(std::move(message)); }
    void operator()(PublishAnswer&&) const {}  // The shard takes it itself.
};

/// Each shard keeps its even share of what an app may cache on the node.
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
      edge_channels_(
          shards, [this](ShardId to, ShardMessage message) { send(to, std::move(message)); },
          metrics),
      watchlists_(shards,
                  [this](ShardId to, ShardMessage message) { send(to, std::move(message)); }),
      edge_users_(
          shards, cluster.budget != nullptr,
          [this](ShardId to, ShardMessage message) { send(to, std::move(message)); }, watchlists_),
      queries_(shards, [this](ShardId to, ShardMessage message) { send(to, std::move(message)); }),
      quota_(shards, cluster.budget != nullptr,
             [this](ShardId to, ShardMessage message) { send(to, std::move(message)); }) {
    auto to_edges = [this](ShardId to, ShardMessage message) { send(to, std::move(message)); };
    if (cluster.make_home) {
        home_ = cluster.make_home(std::move(to_edges), webhooks_);
    } else {
        home_ = std::make_unique<SingleNodeHome>(to_edges, now_, metrics, webhooks_);
    }
}

void ChannelShard::send(ShardId to, ShardMessage message) {
    if (to == self_) {
        receive(self_, std::move(message));
    } else {
        mail_.post(to, std::move(message));
    }
}

void ChannelShard::receive(ShardId from, ShardMessage&& message) {
    if (const auto* const answer = std::get_if<PublishAnswer>(&message)) return on(*answer);
    std::visit(Recipient{*home_, edge_channels_, edge_users_, watchlists_, queries_, quota_, from},
               std::move(message));
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
    if (budget_ != nullptr && !publishes.empty()) {
        if (!budget_->reserve(bytes)) return false;
        pending_publishes_.emplace(++last_receipt_,
                                   PendingPublish{publishes.size(), std::move(done)});
    }
    metrics_.events_published += publishes.size();
    for (Publish& publish : publishes) {
        publish.receipt = last_receipt_;
        const ShardId home = home_of(app.id.get(), publish.channel.name, shards_);
        send(home, std::move(publish));
    }
    if (budget_ == nullptr || publishes.empty()) done();
    return true;
}

void ChannelShard::on(PublishAnswer answer) {
    const auto found = pending_publishes_.find(answer.receipt);
    if (found == pending_publishes_.end() || --found->second.answers_missing > 0) return;
    const std::function<void()> done = std::move(found->second.done);
    pending_publishes_.erase(found);
    done();
}

std::optional<TimePoint> ChannelShard::next_due() const {
    const std::optional<TimePoint> channels = home_->next_due();
    const std::optional<TimePoint> webhooks = webhooks_.next_due();
    if (channels && webhooks) return std::min(*channels, *webhooks);
    return channels ? channels : webhooks;
}

void ChannelShard::advance() {
    home_->advance();
    webhooks_.advance();
}

bool ChannelShard::any_inbox_full() const {
    for (std::uint16_t shard = 0; shard < shards_; ++shard) {
        const auto other = static_cast<ShardId>(shard);
        if (other != self_ && mail_.is_full(other)) return true;
    }
    return false;
}

SocketId ChannelShard::new_socket_id() {
    constexpr std::uint64_t max = 0x7fffffff;
    const std::uint64_t random = random_();
    return {1 + (random & 0xffffffffU) % max, 1 + (random >> 32U) % max};
}

}  // namespace carillon
