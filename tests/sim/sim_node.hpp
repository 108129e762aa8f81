#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "carillon/channels/channel_shard.hpp"
#include "carillon/channels/webhook_queue.hpp"
#include "carillon/cluster/cluster_shard.hpp"
#include "history.hpp"
#include "plan.hpp"
#include "redis_host.hpp"
#include "sim_bus.hpp"
#include "virtual_time.hpp"

namespace carillon::sim {

/// What all nodes of a life have in common.
struct World {
    const Plan& plan;
    VirtualTime& time;
    RedisHost& redis;
    History& history;
    std::vector<std::shared_ptr<const App>> apps;
};

/// One server process: shards with the real logic of channels and of the cluster, in the
/// simulation's thread. What others do to it happens in turns, as on an event loop; while it is
/// frozen that waits.
class SimNode {
public:
    /// `number`: its place among the nodes. `process`: which process there.
    /// `failed`: it has lost Redis before it was ready.
    SimNode(World& world, RedisPath& path, std::uint32_t number, std::uint32_t process,
            std::function<void()> failed);
    ~SimNode();
    SimNode(const SimNode&) = delete;
    SimNode& operator=(const SimNode&) = delete;

    void start();
    /// From now on nothing that it does has any effect. Its connections must end before it does.
    void die();

    /// Does `work` in a turn of the shard, now or when it is thawed; never, if the process ends.
    void enter(std::uint16_t shard, Work work);

    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] bool is_ready() const noexcept { return shards_ready_ == shards_.size(); }
    [[nodiscard]] bool is_frozen() const noexcept { return is_frozen_; }
    [[nodiscard]] ChannelShard& channels(std::uint16_t shard) { return shards_[shard]->channels; }
    [[nodiscard]] std::uint16_t shards() const {
        return static_cast<std::uint16_t>(shards_.size());
    }
    /// It is where a node without faults is: registered everywhere, and not detached.
    [[nodiscard]] bool is_well() const;

    /// By its own clock, which began somewhere and never goes back.
    [[nodiscard]] TimePoint now() const { return world_.time.now() + clock_; }
    void step_clock(Duration ahead) { clock_ += ahead; }
    void freeze() { is_frozen_ = true; }
    void thaw();
    /// In the orderly way; calls `left` when Redis knows.
    void leave(std::function<void()> left);

private:
    class Mail final : public ShardMail {
    public:
        Mail(SimNode& node, std::uint16_t self) : node_(node), self_(self) {}
        void post(ShardId to, ShardMessage&& message) override;
        void add_waiting(std::ptrdiff_t) override {}
        [[nodiscard]] bool is_full(ShardId) const override { return false; }
        [[nodiscard]] bool is_busy(ShardId) const override { return false; }

    private:
        SimNode& node_;
        std::uint16_t self_;
    };
    class Webhooks final : public WebhookQueue {
    public:
        explicit Webhooks(SimNode& node) : node_(node) {}
        void push(WebhookEvent event) override;

    private:
        SimNode& node_;
    };
    class Observer final : public ClusterObserver {
    public:
        explicit Observer(SimNode& node) : node_(node) {}
        void on_connected(bool) override { node_.note("connected"); }
        void on_connection_lost(std::string_view why) override;
        void on_registered_again() override { node_.note("registered again"); }
        void on_detached() override { node_.note("detached"); }
        void on_repaired(std::string_view, char) override { node_.note("repaired"); }
        void on_script_failure(Script script, std::string_view prefix,
                               std::string_view what) override;

    private:
        SimNode& node_;
    };
    struct Shard {
        Shard(SimNode& node, RedisPath& path, std::uint16_t self);

        Mail mail;
        Webhooks webhooks;
        Observer observer;
        Random random;
        ShardMetrics metrics;
        SimBus bus;
        ClusterShard cluster;
        ChannelShard channels;
        bool is_in_turn = false;
        std::deque<Work> next_turns;
        std::map<std::uint16_t, TimePoint> last_post;  ///< by receiver
    };

    void turn(Shard& shard, const Work& work);
    void tick();
    void note(std::string text);

    World& world_;
    const std::uint32_t number_;
    std::function<void()> failed_;
    ClusterNode cluster_;
    std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
    Duration clock_;  ///< ahead of the simulation's
    bool is_frozen_ = false;
    std::deque<std::pair<std::uint16_t, Work>> waiting_;  ///< while it is frozen
    std::vector<std::unique_ptr<Shard>> shards_;
    std::size_t shards_ready_ = 0;
    std::size_t shards_left_ = 0;
};

}  // namespace carillon::sim
