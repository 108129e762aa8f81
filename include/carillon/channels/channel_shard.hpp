#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/apps/app.hpp"
#include "carillon/channels/channel_queries.hpp"
#include "carillon/channels/home_channels.hpp"
#include "carillon/channels/home_users.hpp"
#include "carillon/channels/local_channels.hpp"
#include "carillon/channels/local_users.hpp"
#include "carillon/channels/shard_mail.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// The Channels domain of one shard: the edge for its own connections, the home for its share of
/// the channels and users. What both say to another shard goes through the mail; what they say to
/// each other is carried out at once. Pure: no sockets, threads or clocks.
class ChannelShard {
public:
    /// `random` gives unguessable numbers, for socket ids. `metrics` and `webhooks` must outlive
    /// this.
    ChannelShard(ShardId self, std::uint16_t shards, ShardMail& mail,
                 std::function<std::uint64_t()> random, Now now, ShardMetrics& metrics,
                 WebhookQueue& webhooks);

    /// A message from another shard.
    void receive(ShardId from, ShardMessage&& message);

    /// An event from a backend; `text` is the finished message. `excluded` gets nothing.
    void publish(const App& app, const ChannelName& channel, std::string text, SocketId excluded);

    /// Closes every connection that is signed in as the user, on whatever shard.
    void terminate_user(const App& app, std::string_view user_id) {
        local_users_.terminate(app, user_id);
    }

    /// Sends what is gathered over a turn. What then happens may be news again.
    void end_turn() { local_users_.end_turn(); }
    [[nodiscard]] bool has_news() const noexcept { return local_users_.has_news(); }

    /// When to call `advance`, if ever, for what happens by time alone.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    void advance();

    /// Some other shard has more waiting than it may: publishers should be held back.
    [[nodiscard]] bool any_full() const;

    [[nodiscard]] SocketId new_socket_id();
    [[nodiscard]] TimePoint now() const { return now_(); }
    [[nodiscard]] LocalChannels& local() noexcept { return local_; }
    [[nodiscard]] LocalUsers& local_users() noexcept { return local_users_; }
    [[nodiscard]] const HomeChannels& home() const noexcept { return home_; }
    [[nodiscard]] WebhookEvents& webhooks() noexcept { return webhooks_; }
    [[nodiscard]] ChannelQueries& queries() noexcept { return queries_; }

private:
    void send(ShardId to, ShardMessage message);

    ShardId self_;
    std::uint16_t shards_;
    ShardMail& mail_;
    ShardMetrics& metrics_;
    std::function<std::uint64_t()> random_;
    Now now_;
    WebhookEvents webhooks_;
    HomeChannels home_;
    HomeUsers home_users_;
    LocalChannels local_;
    LocalUsers local_users_;
    ChannelQueries queries_;
};

}  // namespace carillon
