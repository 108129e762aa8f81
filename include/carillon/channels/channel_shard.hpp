#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
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
#include "carillon/channels/quota_client.hpp"
#include "carillon/channels/shard_mail.hpp"
#include "carillon/channels/watchlists.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// What a shard of a cluster's node has in the place of what it would decide by itself.
struct HomeFactory {
    std::function<std::unique_ptr<Home>(Home::Send send, WebhookEvents& webhooks)> make_home;
    PublishBudget* budget = nullptr;  ///< the node's
};

/// One event from a backend; `text` is the finished message. `excluded` gets nothing.
struct PublishRequest {
    ChannelName channel;
    std::string text;
    SocketId excluded;
};

/// The Channels domain of one shard: the edge for its own connections, the home for its share of
/// the channels and users. What both say to another shard goes through the mail; what they say to
/// each other is carried out at once. Pure: no sockets, threads or clocks.
class ChannelShard {
public:
    /// `random` gives unguessable numbers, for socket ids. `metrics` and `webhooks` must outlive
    /// this.
    ChannelShard(ShardId self, std::uint16_t shards, ShardMail& mail,
                 std::function<std::uint64_t()> random, Now now, ShardMetrics& metrics,
                 WebhookQueue& webhooks, const HomeFactory& cluster = {});

    /// A message from another shard.
    void receive(ShardId from, ShardMessage&& message);

    /// Events from a backend. Calls `done` once all are accepted, perhaps before this returns: an
    /// event that is accepted is delivered or kept until it can be. False if the node can keep no
    /// more: then none of them is published, and `done` is not called.
    [[nodiscard]] bool publish(const App& app, std::vector<PublishRequest> events,
                               std::function<void()> done);

    /// Closes every connection that is signed in as the user, on whatever shard.
    void terminate_user(const App& app, std::string_view user_id) {
        edge_users_.terminate(app, user_id);
    }

    /// Sends what is gathered over a turn. What then happens may be news again.
    void end_turn() {
        watchlists_.announce();
        home_->end_turn();
    }
    [[nodiscard]] bool has_pending_changes() const noexcept { return watchlists_.has_pending(); }

    /// When to call `advance`, if ever, for what happens by time alone.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// Some other shard has more waiting than it may: publishers should be held back.
    [[nodiscard]] bool any_inbox_full() const;

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
    struct PendingPublish {
        std::size_t answers_missing = 0;
        std::function<void()> done;
    };

    void send(ShardId to, ShardMessage message);
    void on(PublishAnswer answer);

    ShardId self_;
    std::uint16_t shards_;
    ShardMail& mail_;
    ShardMetrics& metrics_;
    std::function<std::uint64_t()> random_;
    Now now_;
    WebhookEvents webhooks_;
    std::unique_ptr<Home> home_;
    PublishBudget* const budget_;  ///< null if the node is alone, and nobody waits for answers
    EdgeChannels edge_channels_;
    Watchlists watchlists_;
    EdgeUsers edge_users_;
    ChannelQueries queries_;
    QuotaClient quota_;
    boost::unordered_flat_map<std::uint64_t, PendingPublish> pending_publishes_;
    std::uint64_t last_receipt_ = 0;
};

}  // namespace carillon
