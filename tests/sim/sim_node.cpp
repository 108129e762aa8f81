#include "sim_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "webhook_entry.hpp"

namespace carillon::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

ClusterOptions options_of(const Plan& plan) {
    ClusterOptions options;
    options.prefix = "s";
    options.timeout = milliseconds(plan.timeout_ms);
    options.lease = std::chrono::seconds(plan.lease_seconds);
    options.max_ring_bytes = plan.ring_bytes;
    options.partitions = plan.partitions;
    return options;
}

std::string process_name(std::uint64_t seed, std::uint32_t number, std::uint32_t process) {
    return fmt::format("{:08x}{:04x}{:04x}", static_cast<std::uint32_t>(seed), number, process);
}

std::string stream_name(std::uint32_t number, std::uint16_t shard, std::string_view what) {
    return fmt::format("{} {}.{}", what, number, shard);
}

}  // namespace

void SimNode::Mail::post(ShardId to, ShardMessage&& message) {
    const auto receiver = static_cast<std::uint16_t>(to);
    Shard& self = *node_.shards_[self_];
    TimePoint& last = self.last_post[receiver];
    last = std::max(
        last, node_.world_.time.now() + self.random.between(microseconds(1), microseconds(300)));
    // A function of the standard library can be copied, and a message need not be.
    auto carried = std::make_shared<ShardMessage>(std::move(message));
    node_.world_.time.at(last,
                         [node = &node_, alive = node_.is_alive_, from = self_, receiver, carried] {
                             if (!*alive) return;
                             node->enter(receiver, [node, from, receiver, carried] {
                                 node->shards_[receiver]->channels.receive(
                                     static_cast<ShardId>(from), std::move(*carried));
                             });
                         });
}

void SimNode::Webhooks::push(WebhookEvent event) {
    if (!*node_.is_alive_ || event.app != AppIndex{}) return;
    Entry entry = webhook_entry(event);
    entry.at = node_.world_.time.now();
    entry.node = node_.number_;
    node_.world_.history.add(std::move(entry));
}

void SimNode::Observer::on_connection_lost(std::string_view why) {
    node_.note(fmt::format("lost: {}", why));
}

void SimNode::Observer::on_script_failure(Script script, std::string_view prefix,
                                          std::string_view what) {
    node_.note(fmt::format("{} fails in {}: {}", script_names[static_cast<std::size_t>(script)],
                           prefix, what));
}

void SimNode::note(std::string text) {
    if (!*is_alive_) return;
    world_.history.add({.at = world_.time.now(),
                        .kind = Entry::Kind::note,
                        .node = number_,
                        .text = std::move(text)});
}

SimNode::Shard::Shard(SimNode& node, RedisPath& path, std::uint16_t self)
    : mail(node, self),
      webhooks(node),
      observer(node),
      random(node.world_.plan.seed, stream_name(node.number_, self, node.cluster_.process)),
      bus(
          path,
          [alive = node.is_alive_, &node, self](Work work) {
              if (*alive) node.enter(self, std::move(work));
          },
          [&node] { return node.now(); }, Random(random.next(), "bus"), node.world_.plan,
          // A command may be carried out after the end of the process that has sent it.
          [&world = node.world_, number = node.number_](Script script, const Resp& reply) {
              if (script == Script::take_webhooks) add_taken(world, number, reply);
          }),
      cluster(
          node.cluster_, bus, observer, [&node] { return node.now(); }, static_cast<ShardId>(self),
          node.world_.plan.shards, metrics.cluster.emplace()),
      channels(
          static_cast<ShardId>(self), node.world_.plan.shards, mail,
          [this] { return random.next(); }, [&node] { return node.now(); }, metrics, webhooks,
          cluster.home_factory()) {
    channels.webhooks().set_apps(node.world_.apps);
    cluster.set_apps(node.world_.apps);
}

SimNode::SimNode(World& world, RedisPath& path, std::uint32_t number, std::uint32_t process,
                 std::function<void()> failed)
    : world_(world),
      number_(number),
      failed_(std::move(failed)),
      cluster_(options_of(world.plan), process_name(world.plan.seed, number, process)),
      clock_(Random(world.plan.seed, cluster_.process + " clock")
                 .between(Duration{}, std::chrono::hours(1000))) {
    for (std::uint16_t i = 0; i < world.plan.shards; ++i) {
        shards_.push_back(std::make_unique<Shard>(*this, path, i));
    }
}

SimNode::~SimNode() {
    die();
}

void SimNode::start() {
    for (std::uint16_t i = 0; i < shards_.size(); ++i) {
        enter(i, [this, i] {
            shards_[i]->cluster.start([this] { ++shards_ready_; },
                                      [this](const std::string&) { failed_(); });
        });
    }
    tick();
}

void SimNode::die() {
    *is_alive_ = false;
    for (const auto& shard : shards_) shard->bus.close();
    // What waits may hold connections, which must not outlive the shards.
    waiting_.clear();
    for (const auto& shard : shards_) shard->next_turns.clear();
}

void SimNode::enter(std::uint16_t shard, Work work) {
    if (is_frozen_) {
        waiting_.emplace_back(shard, std::move(work));
        return;
    }
    Shard& in = *shards_[shard];
    in.next_turns.push_back(std::move(work));
    if (in.is_in_turn) return;
    in.is_in_turn = true;
    while (!in.next_turns.empty()) {
        const auto next = std::move(in.next_turns.front());
        in.next_turns.pop_front();
        turn(in, next);
    }
    in.is_in_turn = false;
}

void SimNode::turn(Shard& shard, const Work& work) {
    work();
    EdgeChannels& edge = shard.channels.edge_channels();
    do {
        edge.continue_departures();
        shard.channels.end_turn();
    } while (shard.channels.has_pending_changes() || edge.has_retired());
    edge.fanned_out().clear();
}

/// Time passes on each shard, in steps of 100 ms as its timers' are.
void SimNode::tick() {
    world_.time.after(milliseconds(100), [this, alive = is_alive_] {
        if (!*alive) return;
        tick();
        for (std::uint16_t i = 0; i < shards_.size(); ++i) {
            enter(i, [this, i] {
                Shard& shard = *shards_[i];
                shard.bus.advance();
                const auto due = shard.channels.next_due();
                if (due && *due <= now()) shard.channels.advance();
            });
        }
    });
}

void SimNode::thaw() {
    is_frozen_ = false;
    for (auto& [shard, work] : std::exchange(waiting_, {})) enter(shard, std::move(work));
}

void SimNode::leave(std::function<void()> left) {
    for (std::uint16_t i = 0; i < shards_.size(); ++i) {
        enter(i, [this, i, left] {
            shards_[i]->cluster.leave([this, left] {
                if (++shards_left_ == shards_.size()) left();
            });
        });
    }
}

bool SimNode::is_well() const {
    std::uint64_t registered = 0;
    for (const auto& shard : shards_) {
        const ClusterMetrics& metrics = *shard->metrics.cluster;
        if (metrics.connected == 0 || metrics.detached != 0) return false;
        if (metrics.partitions_recovering != 0) return false;
        registered += metrics.partitions_registered;
    }
    return registered == world_.plan.partitions;
}

}  // namespace carillon::sim
