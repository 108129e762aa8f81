#include "shard.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "carillon/clients/timeline.hpp"
#include "secure_random.hpp"

namespace carillon {
namespace {

/// Publishers go on while the flush is behind by less: about as long as a turn for them takes.
constexpr std::chrono::milliseconds flush_delay_max{50};

/// The label of metrics.
std::string_view kind_name(ChannelKind kind) {
    switch (kind.access) {
        case ChannelKind::Access::public_:
            return kind.cache ? "public-cache" : "public";
        case ChannelKind::Access::private_:
            return kind.cache ? "private-cache" : "private";
        case ChannelKind::Access::encrypted:
            return kind.cache ? "encrypted-cache" : "encrypted";
        case ChannelKind::Access::presence:
            return kind.cache ? "presence-cache" : "presence";
        case ChannelKind::Access::user:
            return "user";
    }
    return "public";
}

}  // namespace

Shard::Shard(ShardId self, const std::vector<std::unique_ptr<ShardInbox>>& inboxes,
             std::size_t inbox_bytes_max, const Configuration& configuration,
             const std::shared_ptr<const AppRegistry>& apps, Clients::Rates& rates,
             std::atomic<std::uint32_t>& sockets, const std::atomic<bool>& ready,
             Webhooks& webhooks, ClusteredNode* cluster)
    : inbox_(*inboxes[static_cast<std::size_t>(self)]),
      loop_(inbox_.loop),
      mail_(self, inboxes, inbox_bytes_max),
      webhooks_(webhooks, inbox_.metrics),
      cluster_(cluster == nullptr
                   ? nullptr
                   : std::make_unique<ClusteredShard>(
                         *cluster, loop_, self, static_cast<std::uint16_t>(inboxes.size()),
                         secure_random, inbox_.metrics.cluster.emplace())),
      channels_(
          self, static_cast<std::uint16_t>(inboxes.size()), mail_, secure_random,
          [this] { return loop_.now(); }, inbox_.metrics, webhooks_,
          cluster_ ? cluster_->logic().home_factory() : HomeFactory{}),
      api_(loop_, channels_, inbox_.metrics, apps, configuration.api, configuration.path_prefix),
      clients_(loop_, channels_, apps, rates, configuration.connection),
      websocket_clients_(loop_, clients_, inbox_.metrics, configuration.connection,
                         configuration.path_prefix),
      fallback_clients_(loop_, clients_, inbox_.metrics, configuration.connection,
                        configuration.path_prefix, static_cast<std::uint16_t>(inboxes.size())),
      streams_(loop_, make_flusher(configuration.flusher), inbox_.metrics),
      http_(loop_, streams_, configuration.http, make_routes(configuration.path_prefix, ready),
            [this](const HttpRequest& request, const HttpUpgrade& upgrade) {
                return websocket_clients_.upgrade(request, upgrade);
            }),
      due_(channels_),
      idle_timer_(loop_) {
    channels_.edge_channels().slice_fan_outs([this] { return loop_.turn_expired(); });
    channels_.edge_channels().observe_fan_outs(
        [this](bool is_under_way) { streams_.set_fan_out(is_under_way); });
    channels_.webhooks().set_apps(apps->apps());
    if (cluster_) cluster_->logic().set_apps(apps->apps());
    http_.set_admission([this] { return !channels_.any_inbox_full() && !is_behind(); });
    streams_.count_in(sockets);
    if (const std::uint32_t clients_max = configuration.connection.max_connections) {
        // Of backends, and of clients that are on their way in or are told that there is no room.
        const std::uint32_t others_max = std::max<std::uint32_t>(64, clients_max / 16);
        http_.set_socket_limit(sockets, clients_max + others_max);
    }
    http_.set_unauthenticated_max(configuration.http.max_unauthenticated_bytes / inboxes.size());
    http_.set_homes(
        self, [this](std::string_view path) { return fallback_clients_.home(path); },
        [&inboxes](ShardId to, MovedRequest request) {
            ShardInbox& receiver = *inboxes[static_cast<std::size_t>(to)];
            boost::asio::post(receiver.loop.context(),
                              [&receiver, request = std::move(request)]() mutable {
                                  receiver.accept(std::move(request));
                              });
        });
    inbox_.accept = [this](MovedRequest request) {
        loop_.refresh_time();
        http_.accept(std::move(request));
    };
    inbox_.drain = [this] { drain_inbox(); };
    loop_.at_end_of_turn([this] { end_turn(); });
}

Shard::~Shard() {
    stop();
    Inbox<ShardMessage>::discard(std::move(unread_));
}

HttpRoutes Shard::make_routes(const std::string& prefix, const std::atomic<bool>& ready) {
    HttpRoutes routes(prefix);
    // For platforms that can only ask the port that they send clients to, and for pages that choose
    // between servers.
    routes.add("GET", "/up", [&ready](const HttpRequest&, const HttpReply& reply) {
        const bool is_ready = ready;
        reply.send({.status = is_ready ? 200 : 503,
                    .body = is_ready ? "OK\n" : "Not ready\n",
                    .headers = {{"Access-Control-Allow-Origin", "*"}}});
    });
    api_.add_routes(routes);
    WebSocketClients::add_routes(routes);
    fallback_clients_.add_routes(routes);
    add_timeline_routes(routes);
    return routes;
}

Endpoint Shard::listen(const Endpoint& endpoint, std::shared_ptr<const TlsContext> tls) {
    ListenerSlot& slot = *listener_slots_.emplace_back(std::make_unique<ListenerSlot>());
    slot.tls = std::move(tls);
    const auto accept = [this, &slot](int descriptor, const Endpoint& peer) {
        http_.accept(descriptor, peer.address(), slot.tls.get());
    };
    slot.listener =
        std::make_unique<Listener>(loop_, endpoint, accept, [this] { return http_.make_room(); });
    return slot.listener->endpoint();
}

void Shard::accept() {
    for (const auto& slot : listener_slots_) slot->listener->start();
}

void Shard::join_cluster(std::function<void()> ready, std::function<void(std::string)> failed) {
    cluster_->logic().start(std::move(ready), std::move(failed));
}

void Shard::leave_cluster(std::function<void()> done) {
    if (!cluster_) return done();
    cluster_->logic().leave(std::move(done));
}

void Shard::start() {
    thread_ = std::thread([this] { loop_.run(); });
}

void Shard::stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
}

void Shard::post(std::function<void()> work) {
    loop_.post(std::move(work));
}

void Shard::drain_inbox() {
    if (drain_posted_)
        return;  // Otherwise each wake-up would start another series of reads and starve sockets.
    loop_.refresh_time();
    while (unread_ || (unread_ = inbox_.inbox.take_all())) {
        while (next_unread_ < unread_->messages.size()) {
            channels_.receive(unread_->from, std::move(unread_->messages[next_unread_++]));
            if (!loop_.turn_expired()) continue;
            drain_posted_ = true;
            return boost::asio::post(loop_.context(), [this] {
                drain_posted_ = false;
                drain_inbox();
            });
        }
        inbox_.inbox.release(unread_->bytes);
        next_unread_ = 0;
        unread_ = std::move(unread_->next);
    }
}

void Shard::end_turn() {
    channels_.edge_channels().continue_departures();
    // Other shards receive their batches before this one flushes. The flush may lose connections,
    // and so cause further changes for watchers.
    do {
        channels_.end_turn();
        mail_.end_turn();
        streams_.end_turn();
    } while (channels_.has_pending_changes());
    mail_.end_turn();
    webhooks_.end_turn();
    schedule_due();
    if (channels_.edge_channels().has_retired()) loop_.request_turn();
    continue_unfinished();
    measure_written();
}

bool Shard::is_behind() const {
    const std::optional<TimePoint> since = streams_.behind_since();
    return since && loop_.now() - *since > flush_delay_max;
}

void Shard::continue_unfinished() {
    if (!channels_.edge_channels().has_unfinished() || is_continuation_posted_) return;
    is_continuation_posted_ = true;  // One handler among those that are ready, not one per turn.
    loop_.post([this] {
        is_continuation_posted_ = false;
        channels_.edge_channels().continue_unfinished();
    });
}

void Shard::measure_written() {
    std::vector<TimePoint>& fanned_out = channels_.edge_channels().fanned_out();
    if (!fanned_out.empty()) {
        unwritten_.push_back({streams_.left_over(), std::exchange(fanned_out, {})});
    }
    if (unwritten_.empty() || unwritten_.front().mark > streams_.made_up()) return;
    loop_.refresh_time();
    for (; !unwritten_.empty() && unwritten_.front().mark <= streams_.made_up();
         unwritten_.pop_front()) {
        for (const TimePoint accepted : unwritten_.front().accepted) {
            inbox_.metrics.publish_to_write.add(loop_.now() - accepted);
        }
    }
}

void Shard::schedule_due() {
    const std::optional<TimePoint> due = channels_.next_due();
    if (!due || due == due_.scheduled) return;
    due_.scheduled = due;
    loop_.schedule(due_, *due - loop_.now());
}

ShardSnapshot Shard::snapshot(TimePoint asked) const {
    ShardSnapshot snapshot;
    snapshot.metrics = inbox_.metrics;
    snapshot.connections = clients_.counts();
    channels_.home().for_each([&](std::string_view name, std::size_t subscriptions) {
        const std::string_view kind = kind_name(ChannelKind::of(name));
        ++snapshot.channels[kind];
        snapshot.subscriptions[kind] += subscriptions;
    });
    snapshot.queued_bytes = streams_.queued_bytes();
    snapshot.inbox_bytes = inbox_.inbox.bytes();
    snapshot.lag = loop_.now() - asked;
    return snapshot;
}

void Shard::set_apps(const std::shared_ptr<const AppRegistry>& apps) {
    api_.set_apps(apps);
    clients_.set_apps(apps);
    channels_.webhooks().set_apps(apps->apps());
    if (cluster_) cluster_->logic().set_apps(apps->apps());
}

bool Shard::receive_remaining() {
    bool received = false;
    while (unread_ || (unread_ = inbox_.inbox.take_all())) {
        while (next_unread_ < unread_->messages.size()) {
            channels_.receive(unread_->from, std::move(unread_->messages[next_unread_++]));
        }
        inbox_.inbox.release(unread_->bytes);
        next_unread_ = 0;
        unread_ = std::move(unread_->next);
        received = true;
    }
    channels_.end_turn();
    mail_.end_turn();
    webhooks_.end_turn();
    return received;
}

void Shard::announce_departures() {
    channels_.webhooks().announce_departures();
    webhooks_.end_turn();
}

void Shard::restore_departure(Departure departure) {
    loop_.refresh_time();
    channels_.webhooks().defer(std::move(departure));
    schedule_due();
}

std::vector<Departure> Shard::take_departures() {
    return channels_.webhooks().take_departures();
}

void Shard::set_certificates(const std::vector<std::shared_ptr<const TlsContext>>& certificates) {
    for (std::size_t i = 0; i < listener_slots_.size() && i < certificates.size(); ++i) {
        listener_slots_[i]->tls = certificates[i];
    }
}

void Shard::drain(Duration time, std::function<void()> done) {
    drained_ = std::move(done);
    for (const auto& slot : listener_slots_) slot->listener->stop();
    http_.drain();
    clients_.drain(time);
    report_when_idle();
}

void Shard::report_when_idle() {
    // Checked twice: messages caused by the last clients are sent to other shards at the turn's
    // end.
    const bool idle = http_.idle() && clients_.idle() && !channels_.edge_channels().has_retired();
    if (idle && idle_before_) return std::exchange(drained_, nullptr)();
    idle_before_ = idle;
    idle_timer_.start(std::chrono::milliseconds(10), [this] { report_when_idle(); });
}

void Shard::finish_webhooks(std::function<void()> done) {
    if (unread_ || inbox_.inbox.bytes() > 0) {
        return post([this, done = std::move(done)]() mutable { finish_webhooks(std::move(done)); });
    }
    if (!webhooks_.has_spool()) announce_departures();
    webhooks_.end_turn();
    done();
}

}  // namespace carillon
