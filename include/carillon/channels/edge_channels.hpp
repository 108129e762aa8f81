#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/named_set.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/channels/subscription_set.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {

class Connection;
class OutboundMessage;

/// What one shard knows of a channel: which of its own connections listen.
struct EdgeChannel {
    [[nodiscard]] std::string_view name() const noexcept { return address.name; }

    ChannelAddress address = {};
    ShardId home{};
    std::uint32_t holders = 0;                  ///< subscriptions, joining ones included
    std::vector<Connection*> subscribers = {};  ///< those whose join home has answered
};

/// The edge of a shard: its connections and the channels they hold. Asks the channels' homes and
/// carries out their answers. Pure.
///
/// A connection enters the subscriber list when home's answer is processed, in the step that queues
/// `subscription_succeeded`, and leaves it at once on unsubscribe: nothing of a channel reaches a
/// client before its success or after its unsubscribe.
class EdgeChannels {
public:
    using Send = std::function<void(ShardId to, ShardMessage message)>;

    /// Subscriptions of connections that have left which end in one turn; the rest waits for the
    /// next.
    static constexpr std::size_t departures_per_turn_max = 500;

    EdgeChannels(std::uint16_t shards, Send send, ShardMetrics& metrics);
    ~EdgeChannels();

    /// Gives `connection` its place in the table, by which answers find it.
    [[nodiscard]] std::uint32_t enter(Connection& connection);
    /// Leaves channels, as many as this turn has room for, and with the last of them the table.
    void leave(Connection& connection);
    /// The same, at once.
    void leave_rest(Connection& connection);
    /// Keeps a connection that has left until it holds nothing any more.
    void retire(std::unique_ptr<Connection> connection);
    /// Once per turn: ends what retired connections still hold, as far as there is room.
    void continue_departures();
    [[nodiscard]] bool has_retired() const noexcept { return !retired_.empty(); }

    [[nodiscard]] Subscription* find(Connection& connection, std::string_view channel);
    void subscribe(Connection& connection, const ChannelName& channel,
                   std::optional<PresenceData> member);
    /// Asks home to answer once more, for a client that subscribes to what it holds.
    void repeat(Connection& connection, const Subscription& subscription);
    void unsubscribe(Connection& connection, std::string_view channel);
    /// `webhook`: what backends are told of it, "" for nothing.
    void client_event(Connection& connection, const Subscription& subscription, std::string text,
                      std::string webhook, TimePoint accepted);

    [[nodiscard]] ShardId home(Connection& connection, std::string_view channel) const;

    void on(JoinAnswer&& answer);
    void on(ClientEventRefused&& refused);
    void on(Deliver&& deliver);

    /// When the events came to the server that were fanned out here; whoever reads it clears it.
    [[nodiscard]] std::vector<TimePoint>& fanned_out() noexcept { return fanned_out_; }

private:
    [[nodiscard]] EdgeChannel& get(Connection& connection, const ChannelName& name);
    [[nodiscard]] Subscription* find(const JoinTicket& ticket, const ChannelAddress& channel);
    static void send_to_others(const EdgeChannel& channel, const Deliver& deliver,
                               OutboundMessage& message);
    /// Takes one subscription off its channel, and forgets a channel that nobody holds.
    void release(Connection& connection, Subscription& subscription, bool notify_home);

    std::uint16_t shards_;
    Send send_;
    ShardMetrics& metrics_;
    std::vector<TimePoint> fanned_out_;
    PerApp<NamedSet<EdgeChannel>> by_app_;
    std::vector<Connection*> connections_;
    std::vector<std::uint32_t> free_slots_;
    std::uint64_t last_join_id_ = 0;
    std::deque<std::unique_ptr<Connection>> retired_;
    std::size_t departures_ = 0;  ///< in this turn
};

}  // namespace carillon
