#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "carillon/base/named_set.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/damping.hpp"
#include "carillon/channels/fan_out.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/channels/subscription_set.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {

class Connection;
class OutboundMessage;

/// A channel that connections of this shard are subscribed to, as the edge knows it.
struct EdgeChannel {
    [[nodiscard]] std::string_view name() const noexcept { return address.name; }

    ChannelAddress address = {};
    ShardId home{};
    std::uint32_t subscriptions = 0;            ///< unanswered joins included
    std::vector<Connection*> subscribers = {};  ///< those whose join the home has answered
    std::unique_ptr<FanOut> fan_out = {};       ///< while one is under way
    std::unique_ptr<Damping> damping = {};      ///< while it remembers or holds back something
};

/// The edge of a shard: its connections and their subscriptions. Sends requests to the channels'
/// homes and carries out their notices. One per shard. Pure.
///
/// A connection is added to the subscriber list when the home's answer is handled, in the same step
/// that queues `subscription_succeeded`, and removed at once on unsubscribe: no message of a
/// channel reaches a client before its success or after its unsubscribe.
class EdgeChannels {
public:
    /// Subscriptions of closed connections that are ended per turn; the others wait for the next.
    static constexpr std::size_t departures_per_turn_max = 500;

    /// `metrics` must outlive this.
    EdgeChannels(std::uint16_t shards, SendRequest send, Now now, ShardMetrics& metrics);
    ~EdgeChannels();

    /// Returns the connection's slot in the connection table, by which answers find it. Keeps a
    /// pointer to the connection until its last subscription has ended.
    [[nodiscard]] std::uint32_t enter(Connection& connection);
    /// Ends subscriptions, as many as this turn has room for; frees the slot with the last of them.
    void leave(Connection& connection);
    /// Ends all subscriptions at once and frees the slot.
    void leave_rest(Connection& connection);
    /// Owns a closed connection until its last subscription has ended.
    void retire(std::unique_ptr<Connection> connection);
    /// Once per turn: ends subscriptions of retired connections, as many as there is room for.
    void continue_departures();
    [[nodiscard]] bool has_retired() const noexcept { return !retired_.empty(); }

    /// From now on a fan-out that finds the turn expired, checked after every `step` subscribers,
    /// is continued by `continue_unfinished`. Without this call, each is carried out as a whole.
    void slice_fan_outs(std::function<bool()> turn_expired, std::uint32_t step = 256);
    /// Calls `observe` with true before messages to several connections, and with false after them.
    void observe_fan_outs(std::function<void(bool is_under_way)> observe) {
        observe_fan_out_ = std::move(observe);
    }
    /// Fan-outs are under way, or `advance` had no time for all that was due.
    [[nodiscard]] bool has_unfinished() const noexcept {
        return !fan_outs_.empty() || has_dues_left_;
    }
    void continue_unfinished();
    /// Bytes of the notices that wait behind fan-outs under way.
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    /// Null if the connection is not subscribed. Valid until its subscriptions change.
    [[nodiscard]] Subscription* find(Connection& connection, std::string_view channel);
    /// The connection is not subscribed to the channel yet. `member`: on presence channels.
    void subscribe(Connection& connection, const ChannelName& channel,
                   std::optional<PresenceData> member);
    /// The client has subscribed to a channel that it is subscribed to: the home answers again.
    void repeat(Connection& connection, const Subscription& subscription);
    /// Has no effect if the connection is not subscribed.
    void unsubscribe(Connection& connection, std::string_view channel);
    /// `text`: the finished message; `webhook`: the event of a webhook, "" for none; `accepted`:
    /// when the event reached the server.
    void client_event(Connection& connection, const Subscription& subscription, std::string text,
                      std::string webhook, TimePoint accepted);

    [[nodiscard]] ShardId home(Connection& connection, std::string_view channel) const;

    /// When `advance` has something to do next, for what is held back; nullopt: nothing is.
    [[nodiscard]] std::optional<TimePoint> next_due() const;
    /// Announces what is due of what was held back, until the turn expires.
    void advance();

    void on(JoinAnswer&& answer);
    void on(ClientEventRefused&& refused);
    void on(Deliver&& deliver);

    /// When the events that were fanned out here reached the server; the caller clears it.
    [[nodiscard]] std::vector<TimePoint>& fanned_out() noexcept { return fanned_out_; }

private:
    [[nodiscard]] EdgeChannel& get(Connection& connection, const ChannelName& name);
    [[nodiscard]] Subscription* find(const JoinTicket& ticket, const ChannelAddress& channel);
    /// Calls `send` for the subscribers below `remaining`, from the last to the first, until the
    /// turn expires. Returns the place below which subscribers are left.
    template <class Send>
    [[nodiscard]] std::uint32_t go_down(const EdgeChannel& channel, std::uint32_t remaining,
                                        const Send& send);
    std::uint32_t send_down(const EdgeChannel& channel, const Deliver& deliver,
                            std::uint32_t remaining);
    std::uint32_t send_down(const EdgeChannel& channel, const MemberCorrection& correction,
                            std::uint32_t remaining);
    /// Sends an event to all subscribers: as many as the turn has time for, the others later.
    void send_to_all(EdgeChannel& channel, FanOut::Event event);
    /// True if the message is announced too often: its channel's damping keeps it.
    [[nodiscard]] bool is_held_back(EdgeChannel& channel, Deliver& deliver);
    /// What the channel's damping announces now.
    [[nodiscard]] std::optional<FanOut::Event> due_event(EdgeChannel& channel,
                                                         const DampingDue& due);
    /// False if the turn has expired before the channel's fan-outs were complete.
    bool proceed(EdgeChannel& channel);
    /// Completes the joins that wait next; false if no event waits behind them.
    bool take_next_event(EdgeChannel& channel);
    void defer(FanOut& fan_out, FanOut::Waiting notice);
    void complete(const JoinAnswer& answer);
    void remove_subscriber(EdgeChannel& channel, std::uint32_t index);
    /// Ends one subscription; erases a channel with its last.
    void release(Connection& connection, Subscription& subscription, bool notify_home);

    std::uint16_t shards_;
    SendRequest send_;
    Now now_;
    ShardMetrics& metrics_;
    std::vector<TimePoint> fanned_out_;
    PerApp<NamedSet<EdgeChannel>> by_app_;
    std::vector<Connection*> connections_;
    std::vector<std::uint32_t> free_slots_;
    std::uint64_t last_join_id_ = 0;
    std::deque<std::unique_ptr<Connection>> retired_;
    std::size_t departures_ = 0;  ///< in this turn
    std::function<bool()> turn_expired_;
    std::function<void(bool)> observe_fan_out_ = [](bool) {};
    std::uint32_t fan_out_step_ = 0;       ///< 0: fan-outs are not sliced
    std::deque<ChannelAddress> fan_outs_;  ///< channels with one under way
    std::size_t waiting_bytes_ = 0;
    /// After what was announced: when its channel's damping has to be asked again. In order, since
    /// each interval is the same for all.
    struct Due {
        TimePoint at;
        ChannelAddress channel;
        DampingDue what;
    };
    /// The queue with what was due first, before `now`; null: nothing is.
    [[nodiscard]] std::deque<Due>* dues_before(TimePoint now);
    void announce(const Due& due);
    void continue_fan_outs();

    std::deque<Due> due_counts_;
    std::deque<Due> due_members_;
    bool has_dues_left_ = false;
    bool dues_go_first_ = false;  ///< before the fan-outs, in every second turn
};

}  // namespace carillon
