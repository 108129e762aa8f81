#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/channels/home.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "carillon/cluster/cluster_observer.hpp"
#include "carillon/cluster/cluster_shard.hpp"
#include "carillon/cluster/script_bus.hpp"
#include "cluster_context.hpp"
#include "cluster_fan_out.hpp"
#include "cluster_queries.hpp"
#include "connection_quotas.hpp"
#include "local_state_sync.hpp"
#include "partition_lease.hpp"
#include "pending_joins.hpp"
#include "publisher.hpp"
#include "topic_reader.hpp"
#include "topic_table.hpp"

namespace carillon {

/// The home of a shard's channels and users on a node of a cluster. It sends the edges' requests to
/// Redis, and the topics' messages, in one order on all nodes, to the edges.
class ClusterHome final : public Home,
                          private ScriptBusObserver,
                          private PartitionLease::Observer,
                          private TopicReader::Observer,
                          private LocalStateSync::Observer,
                          private Publisher::Observer {
public:
    ClusterHome(ClusterNode& node, ScriptBus& bus, ClusterObserver& observer, Now now, ShardId self,
                std::uint16_t shards, ClusterMetrics& metrics, Send send, WebhookEvents& webhooks);
    ~ClusterHome() override;

    void start(std::function<void()> ready, std::function<void(std::string why)> failed);
    void set_apps(std::span<const std::shared_ptr<const App>> apps);
    void leave(std::function<void()> done);

    void receive(ShardId from, HomeRequest&& request) override;

    [[nodiscard]] std::optional<TimePoint> next_due() const override { return next_tick_; }
    void advance() override;
    void end_turn() override;
    void for_each(const Visit& visit) const override;

private:
    // From edges.
    void on(ShardId from, Join&& join);
    void on(ShardId from, Leave&& leave);
    void on(ShardId from, Publish&& publish);
    void on(ShardId from, ClientEvent&& event);
    void on(ShardId from, ChannelQuery&& query);
    void on(ShardId from, SignIn&& message);
    void on(ShardId from, SignOut&& message);
    void on(ShardId from, Watch&& message);
    void on(ShardId from, Unwatch&& message);
    void on(ShardId from, TerminateUser&& message);
    void on(ShardId from, AdmitConnection&& message);
    void on(ShardId from, ReleaseConnection&& message);
    // From Redis.
    void on_up(std::string_view run_id) override;
    void on_down(std::string_view why) override;
    void on_message(std::string_view subject, std::string_view message) override;
    void on_subscribed(std::string_view subject) override;
    void on_script_failure(Script script, std::string_view prefix, std::string_view what) override;
    // From the parts.
    std::size_t resync(Partition& partition) override;
    void on_recovered(Partition& partition) override;
    void on_memory_lost() override { publisher_.on_memory_lost(); }
    void on_webhook(Partition& partition, std::string_view record) override;
    void on_registered() override;
    void on_broken(Partition& partition) override;
    void on_broken(Topic& topic) override;
    void on_unreadable(Topic& topic) override { on_broken(topic); }
    void on_message(Topic& topic, const BusMessage& message) override;
    void on_earlier_termination(Topic& topic, const BusMessage& message) override {
        fan_out_.apply_earlier(topic, message);
    }
    void on_read(Topic& topic, const TopicRead& read) override;
    void on_advanced(Topic& topic) override;
    void on_acknowledged(Topic& topic, std::uint64_t sequence,
                         const std::vector<std::string>& refused) override;
    void on_detached(const PendingEvent& event) override;
    void answer(ShardId edge, PublishAnswer answer) override;

    void forget_if_idle(Topic& topic);
    void answer_sign_ins(Topic& topic);
    void confirm_sign_ins(Topic& topic);
    /// Requests about the topic are answered without Redis.
    [[nodiscard]] bool is_detached(const Topic& topic) const noexcept;
    void update_detached();
    void set_detached(bool detached);
    void answer_detached(Partition& partition);
    void answer_detached(Topic& topic);
    void count_partitions();
    void leave_when_idle();

    ClusterNode& node_;
    ScriptBus& bus_;
    ClusterObserver& observer_;
    Send send_;
    WebhookEvents& webhooks_;
    ClusterContext context_;
    TopicTable topics_;
    PartitionLease lease_;
    TopicReader reader_;
    LocalStateSync local_state_;
    PendingJoins joins_;
    ConnectionQuotas quotas_;
    ClusterFanOut fan_out_;
    Publisher publisher_;
    ClusterQueries queries_;
    std::function<void()> ready_;
    std::function<void(std::string)> failed_;
    std::function<void()> leaving_;
    bool left_ = false;
    std::optional<TimePoint> next_tick_;
    std::optional<TimePoint> down_since_;
};

}  // namespace carillon
