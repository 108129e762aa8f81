#include "carillon/server/server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <future>
#include <optional>
#include <stdexcept>
#include <utility>

#include "carillon/channels/partition.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/runtime/cores.hpp"
#include "carillon/runtime/memory.hpp"
#include "log.hpp"
#include "secure_random.hpp"
#include "shard.hpp"

namespace carillon {
namespace {

Endpoint to_endpoint(const ListenOptions& options) {
    return {boost::asio::ip::make_address(options.address), options.port};
}

/// Null on a plain listener.
std::shared_ptr<const TlsContext> read_certificate(const ListenOptions& options) {
    if (options.tls_certificate_file.empty()) return nullptr;
    return std::make_shared<const TlsContext>(options.tls_certificate_file, options.tls_key_file,
                                              std::chrono::steady_clock::now);
}

std::string to_hex(std::uint64_t number) {
    std::array<char, 17> text{};
    const int length = std::snprintf(text.data(), text.size(), "%016" PRIx64, number);
    return {text.data(), static_cast<std::size_t>(length)};
}

/// How soon a signal ends a start that waits for Redis.
constexpr std::chrono::milliseconds gives_up_poll{50};

[[noreturn]] void fail(const Endpoint& endpoint, const boost::system::error_code& error) {
    throw std::runtime_error("cannot listen on " + to_text(endpoint) + ": " + error.message());
}

}  // namespace

Server::Server(Configuration configuration, ServerTuning tuning)
    : configuration_(std::move(configuration)),
      apps_(std::make_shared<const AppRegistry>(configuration_.apps, nullptr)),
      rates_(configuration_.connection),
      webhooks_(configuration_.webhooks, *apps_, secure_random) {
    if (!configuration_.redis.url.empty()) {
        cluster_ = std::make_unique<ClusteredNode>(configuration_.redis, to_hex(secure_random()));
    }
    const std::uint32_t count = configuration_.shards > 0 ? configuration_.shards : usable_cores();
    for (std::uint32_t i = 0; i < count; ++i) inboxes_.push_back(std::make_unique<ShardInbox>());
    for (std::uint32_t i = 0; i < count; ++i) {
        shards_.push_back(std::make_unique<Shard>(
            static_cast<ShardId>(i), inboxes_, tuning.inbox_bytes_max, configuration_, apps_,
            rates_, sockets_, ready_, webhooks_, cluster_.get()));
    }
    if (tuning.port_per_shard) {
        listen_per_shard(configuration_.listen.front());
    } else {
        for (const ListenOptions& listen : configuration_.listen) listen_on_all_shards(listen);
    }
}

Server::~Server() {
    try {
        stop();
    } catch (const std::exception& error) {
        spdlog::error("stopping failed: {}", error.what());
    }
    shards_.clear();
}

void Server::stop() {
    ready_ = false;
    if (std::exchange(stopped_, true)) return;
    for (const auto& shard : shards_) shard->stop();
    for (bool received = true; std::exchange(received, false);) {
        for (const auto& shard : shards_) received = shard->receive_remaining() || received;
    }
    if (!webhooks_.has_spool()) {
        for (const auto& shard : shards_) shard->announce_departures();
    }
    webhooks_.stop(departures());
}

void Server::restore_departures(std::vector<SpooledDeparture> departures) {
    const auto count = static_cast<std::uint16_t>(shards_.size());
    for (SpooledDeparture& departure : departures) {
        const auto app = apps_->find_by_id(departure.app);
        if (!app) continue;
        std::string home = departure.channel;
        if (home.empty()) home.append(user_channel_prefix).append(departure.user_id);
        const auto shard = static_cast<std::size_t>(home_of(departure.app, home, count));
        shards_[shard]->restore_departure({app->index, departure.kind, std::move(departure.channel),
                                           std::move(departure.user_id)});
    }
}

std::vector<SpooledDeparture> Server::departures() {
    std::vector<SpooledDeparture> departures;
    for (const auto& shard : shards_) {
        for (Departure& departure : shard->take_departures()) {
            const auto is_of = [&departure](const auto& app) {
                return app->index == departure.app;
            };
            const auto app = std::ranges::find_if(apps_->apps(), is_of);
            if (app == apps_->apps().end()) continue;
            departures.push_back({(*app)->id.get(), departure.kind, std::move(departure.channel),
                                  std::move(departure.user_id)});
        }
    }
    return departures;
}

void Server::listen_on_all_shards(const ListenOptions& options) {
    const Endpoint wanted = to_endpoint(options);
    if (const auto error = probe_endpoint(wanted)) {
        // The default is IPv4 and IPv6; on a host without IPv6, IPv4 is enough.
        const bool no_ipv6 = error == boost::asio::error::address_family_not_supported ||
                             error == boost::system::errc::address_not_available;
        if (no_ipv6 && configuration_.default_listen && !endpoints_.empty()) return;
        fail(wanted, error);
    }
    const auto tls = read_certificate(options);
    Endpoint actual = wanted;
    // If the port is 0, the system chooses one for the first shard, and the others use it, too.
    for (const auto& shard : shards_) actual = shard->listen(actual, tls);
    endpoints_.push_back(actual);
}

void Server::listen_per_shard(const ListenOptions& options) {
    const auto tls = read_certificate(options);
    for (const auto& shard : shards_) {
        endpoints_.push_back(shard->listen({to_endpoint(options).address(), 0}, tls));
    }
}

bool Server::start(const std::function<bool()>& gives_up) {
    restore_departures(webhooks_.start());
    for (const auto& shard : shards_) shard->start();
    if (cluster_ && !join_cluster(gives_up)) return false;
    for (const auto& shard : shards_) {
        shard->post([&shard = *shard] { shard.accept(); });
    }
    started_ = std::chrono::steady_clock::now();
    ready_ = true;
    return true;
}

bool Server::join_cluster(const std::function<bool()>& gives_up) {
    struct Joining {
        std::promise<std::string> result;
        std::atomic<std::size_t> missing;
        std::atomic_flag ended;

        void end(std::string why) {
            if (!ended.test_and_set()) result.set_value(std::move(why));
        }
    };
    const auto joining = std::make_shared<Joining>();
    joining->missing = shards_.size();
    for (const auto& shard : shards_) {
        shard->post([joining, &shard = *shard] {
            shard.join_cluster(
                [joining] {
                    if (joining->missing.fetch_sub(1) == 1) joining->end({});
                },
                [joining](std::string why) { joining->end(std::move(why)); });
        });
    }
    std::future<std::string> result = joining->result.get_future();
    while (result.wait_for(gives_up_poll) != std::future_status::ready) {
        if (gives_up && gives_up()) return false;
    }
    const std::string why = result.get();
    if (why.empty()) return true;
    throw std::runtime_error("redis.url: cannot join the cluster at " + cluster_->address.origin() +
                             ": " + why);
}

void Server::reload(const Configuration& configuration) {
    std::vector<std::shared_ptr<const TlsContext>> certificates;
    for (const ListenOptions& listen : configuration_.listen) {
        certificates.push_back(read_certificate(listen));
    }
    std::optional<RedisBus::Target> redis;
    if (cluster_) redis = cluster_->target_with(configuration.redis);
    apps_ = std::make_shared<const AppRegistry>(configuration.apps, apps_.get());
    webhooks_.set_apps(apps_);  // Before any shard sends an event of a new app.
    for (const auto& shard : shards_) {
        shard->post([&shard = *shard, apps = apps_, certificates, redis] {
            if (redis) shard.set_redis(*redis);
            shard.set_apps(apps);
            shard.set_certificates(certificates);
        });
    }
}

void Server::drain(Duration time, std::function<void()> done) {
    mark_not_ready();
    const auto flush = [this, done = std::move(done)] { webhooks_.flush(done); };
    const auto settle_all = [this, flush] {
        for_each_shard(flush,
                       [](Shard& shard, const auto& settled) { shard.finish_webhooks(settled); });
    };
    const auto settle = [this, settle_all] {
        for_each_shard(settle_all,
                       [](Shard& shard, const auto& left) { shard.leave_cluster(left); });
    };
    for_each_shard(settle,
                   [time](Shard& shard, const auto& drained) { shard.drain(time, drained); });
}

void Server::for_each_shard(
    std::function<void()> done,
    const std::function<void(Shard&, const std::function<void()>& done)>& work) {
    const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size());
    const auto one_done = [left, done = std::move(done)] {
        if (left->fetch_sub(1) == 1) done();
    };
    for (const auto& shard : shards_) {
        shard->post([&shard = *shard, work, one_done] { work(shard, one_done); });
    }
}

ProcessInfo Server::process_info() const {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - started_);
    return {.version = CARILLON_VERSION,
            .flusher = std::string(shards_.front()->flusher_name()),
            .metrics = {.uptime_seconds = static_cast<std::uint64_t>(uptime.count()),
                        .resident_bytes = resident_bytes(),
                        .log_lines_dropped = log_lines_dropped()}};
}

void Server::collect(std::function<void(NodeSnapshot)> done) {
    struct Gathering {
        NodeSnapshot snapshot;
        std::atomic<std::size_t> missing;
        std::function<void(NodeSnapshot)> done;

        void answered() {
            if (missing.fetch_sub(1) == 1) done(std::move(snapshot));
        }
    };
    const auto gathering = std::make_shared<Gathering>();
    gathering->snapshot.shards.resize(shards_.size());
    gathering->missing = shards_.size() + 1;
    gathering->done = std::move(done);
    webhooks_.collect([gathering](WebhookMetricsByEndpoint webhooks) {
        gathering->snapshot.webhooks = std::move(webhooks);
        gathering->answered();
    });
    const TimePoint asked = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        shards_[i]->post([gathering, i, asked, &shard = *shards_[i]] {
            gathering->snapshot.shards[i] = shard.snapshot(asked);
            gathering->answered();
        });
    }
}

}  // namespace carillon
