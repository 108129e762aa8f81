#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "carillon/admin/node_source.hpp"
#include "carillon/api/rest_api.hpp"
#include "carillon/apps/app_registry.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/clients/clients.hpp"
#include "carillon/clients/fallback_clients.hpp"
#include "carillon/clients/websocket_clients.hpp"
#include "carillon/config/configuration.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/listener.hpp"
#include "carillon/net/streams.hpp"
#include "carillon/runtime/timer.hpp"
#include "clustered_shard.hpp"
#include "inbox_mail.hpp"
#include "webhook_outbox.hpp"

namespace carillon {

/// One shard, composed: its event loop, its share of the channels, its listeners, connections and
/// REST API. Methods are called on the shard's own thread (`post` runs work there) unless noted.
class Shard {
public:
    Shard(ShardId self, const std::vector<std::unique_ptr<ShardInbox>>& inboxes,
          std::size_t inbox_bytes_max, const Configuration& configuration,
          const std::shared_ptr<const AppRegistry>& apps, Clients::Rates& rates,
          std::atomic<std::uint32_t>& sockets, const std::atomic<bool>& ready, Webhooks& webhooks,
          ClusteredNode* cluster);
    ~Shard();

    /// Before `start`. Returns the endpoint, with the port that the system chose if it was 0.
    /// Connections wait in the backlog until `accept`. `tls`: null for a plain listener.
    Endpoint listen(const Endpoint& endpoint, std::shared_ptr<const TlsContext> tls);

    void accept();

    /// Only with a cluster. Calls `ready` once the shard is a full member, or `failed` with the
    /// reason.
    void join_cluster(std::function<void()> ready, std::function<void(std::string why)> failed);
    /// Only with a cluster. For the next connection.
    void set_redis(const RedisBus::Target& target) { cluster_->set_redis(target); }
    /// Calls `done` at once without a cluster.
    void leave_cluster(std::function<void()> done);

    /// Starts the thread; `stop` ends and joins it. Both from the thread that owns the shard.
    void start();
    void stop();

    /// Any thread.
    void post(std::function<void()> work);

    void set_apps(const std::shared_ptr<const AppRegistry>& apps);
    /// One per `listen`, for connections that are accepted from now on.
    void set_certificates(const std::vector<std::shared_ptr<const TlsContext>>& certificates);

    /// Stops accepting, asks clients to reconnect elsewhere over `time`, and calls `done` on this
    /// shard's thread once no connection is left and other shards have received the messages about
    /// it.
    void drain(Duration time, std::function<void()> done);

    /// Once all shards are drained: announces deferred departures, unless they can be spooled for
    /// the next start. Then calls `done`.
    void finish_webhooks(std::function<void()> done);

    /// After `stop` of all shards: processes messages from other shards. False if there were none.
    bool receive_remaining();
    /// Sends the webhooks of deferred departures now. After `stop`, or on the shard's thread.
    void announce_departures();

    /// Continues to defer a departure from before a restart. Before `start`.
    void restore_departure(Departure departure);
    /// The deferred departures, which are removed. After `stop`.
    [[nodiscard]] std::vector<Departure> take_departures();

    /// `asked`: when the request was posted to this shard; the lag is measured from then.
    [[nodiscard]] ShardSnapshot snapshot(TimePoint asked) const;

    [[nodiscard]] std::string_view flusher_name() const { return streams_.flusher().name(); }

private:
    HttpRoutes make_routes(const std::string& prefix, const std::atomic<bool>& ready);
    void drain_inbox();
    void end_turn();
    void report_when_idle();
    void schedule_due();
    void measure_written();
    void continue_unfinished();
    /// The flush of fan-outs takes so long that publishers have to wait: their answers do not stand
    /// behind it, so nothing else would slow them down.
    [[nodiscard]] bool is_behind() const;

    ShardInbox& inbox_;
    EventLoop& loop_;
    InboxMail mail_;
    WebhookOutbox webhooks_;
    std::unique_ptr<ClusteredShard> cluster_;  ///< null without a cluster
    ChannelShard channels_;
    RestApi api_;
    Clients clients_;
    WebSocketClients websocket_clients_;
    FallbackClients fallback_clients_;
    Streams streams_;
    HttpServer http_;
    struct ListenerSlot {
        std::unique_ptr<Listener> listener;
        std::shared_ptr<const TlsContext> tls;
    };
    /// Fires when the channels' next timed work is due.
    class DueTimeout final : public Timeout {
    public:
        explicit DueTimeout(ChannelShard& channels) : channels_(channels) {}
        void on_timeout(TimePoint) override {
            scheduled.reset();
            channels_.advance();
        }

        std::optional<TimePoint> scheduled;

    private:
        ChannelShard& channels_;
    };
    DueTimeout due_;
    /// Events whose last bytes may still wait for a flush, and the mark of `Streams` by which all
    /// are written.
    struct Unwritten {
        std::uint64_t mark = 0;
        std::vector<TimePoint> accepted;
    };
    std::deque<Unwritten> unwritten_;
    std::vector<std::unique_ptr<ListenerSlot>> listener_slots_;
    std::unique_ptr<Inbox<ShardMessage>::Batch> unread_;
    std::size_t next_unread_ = 0;
    bool is_continuation_posted_ = false;
    bool drain_posted_ = false;  ///< a later handler, already posted, reads the rest
    std::function<void()> drained_;
    bool idle_before_ = false;
    Timer idle_timer_;
    std::thread thread_;
};

}  // namespace carillon
