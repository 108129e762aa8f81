#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/channels/channel_queries.hpp"
#include "carillon/channels/edge_channels.hpp"
#include "carillon/channels/edge_users.hpp"
#include "carillon/channels/home.hpp"
#include "carillon/channels/publish_budget.hpp"
#include "carillon/channels/publish_receipts.hpp"
#include "carillon/channels/quota_client.hpp"
#include "carillon/channels/shard_mail.hpp"
#include "carillon/channels/watchlists.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// What a shard needs in addition on a node of a cluster. `make_home` is called once, on
/// construction; what it receives outlives the home.
struct HomeFactory {
    std::function<std::unique_ptr<Home>(Home::Send send, WebhookEvents& webhooks)> make_home;
    PublishBudget* budget = nullptr;  ///< of the node; null without a cluster
};

/// One event from a backend; `text` is the finished message. `excluded` does not receive it.
struct PublishRequest {
    ChannelName channel;
    std::string text;
    SocketId excluded;
};

/// The Channels domain of one shard: the edge of its own connections, and the home of its share of
/// the channels and users. Messages for another shard go through the mail; those for this shard are
/// handled at once. Pure: no sockets, threads or clocks. Used on its shard's thread only.
class ChannelShard {
public:
    /// `random` returns unguessable 64-bit numbers, for socket ids. `mail`, `metrics`, `webhooks`
    /// and the budget must outlive this.
    ChannelShard(ShardId self, std::uint16_t shards, ShardMail& mail,
                 std::function<std::uint64_t()> random, Now now, ShardMetrics& metrics,
                 WebhookQueue& webhooks, const HomeFactory& cluster = {});

    /// Handles a message from another shard.
    void receive(ShardId from, ShardMessage&& message);

    /// Publishes events from a backend. Calls `done` once all are accepted, perhaps before this
    /// returns: an accepted event is delivered, or kept until it can be. Returns false if the
    /// node's budget is used up: then no event is published and `done` is not called.
    [[nodiscard]] bool publish(const App& app, std::vector<PublishRequest> events,
                               std::function<void()> done);

    /// Closes all connections of the user, on every shard and node.
    void terminate_user(const App& app, std::string_view user_id) {
        edge_users_.terminate(app, user_id);
    }

    /// Sends what was collected over a turn. That may cause new pending changes.
    void end_turn();
    [[nodiscard]] bool has_pending_changes() const noexcept { return watchlists_.has_pending(); }

    /// When to call `advance` next, for what depends on time alone; nullopt: not at all.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// The inbox of a shard is full, that of this one included: publishers should be delayed.
    [[nodiscard]] bool any_inbox_full() const;
    /// That shard has so much waiting that clients who send to it should be read later.
    [[nodiscard]] bool is_busy(ShardId shard) const { return mail_.is_busy(shard); }

    [[nodiscard]] std::uint16_t shards() const noexcept { return shards_; }
    [[nodiscard]] SocketId new_socket_id();
    [[nodiscard]] TimePoint now() const { return now_(); }
    [[nodiscard]] EdgeChannels& edge_channels() noexcept { return edge_channels_; }
    [[nodiscard]] EdgeUsers& edge_users() noexcept { return edge_users_; }
    [[nodiscard]] Watchlists& watchlists() noexcept { return watchlists_; }
    [[nodiscard]] const Home& home() const noexcept { return *home_; }
    [[nodiscard]] WebhookEvents& webhooks() noexcept { return webhooks_; }
    [[nodiscard]] ChannelQueries& queries() noexcept { return queries_; }
    [[nodiscard]] QuotaClient& quota() noexcept { return quota_; }

private:
    [[nodiscard]] SendRequest to_homes();
    [[nodiscard]] SendNotice to_edges();
    void handle(EdgeNotice&& notice);

    ShardId self_;
    std::uint16_t shards_;
    ShardMail& mail_;
    ShardMetrics& metrics_;
    std::function<std::uint64_t()> random_;
    Now now_;
    WebhookEvents webhooks_;
    std::unique_ptr<Home> home_;
    PublishBudget* const budget_;  ///< null without a cluster: then publishes are not answered
    SendRequest send_;
    PublishReceipts receipts_;
    EdgeChannels edge_channels_;
    Watchlists watchlists_;
    EdgeUsers edge_users_;
    ChannelQueries queries_;
    QuotaClient quota_;
    std::size_t reported_waiting_ = 0;  ///< of the edge's fan-outs, as the mail knows it
};

}  // namespace carillon
