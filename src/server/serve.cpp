#include "carillon/server/serve.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "carillon/admin/admin_server.hpp"
#include "carillon/base/sip_hash.hpp"
#include "carillon/runtime/memory.hpp"
#include "carillon/server/server.hpp"
#include "log.hpp"
#include "supervisor.hpp"

namespace carillon {
namespace {

using Reload = std::function<std::variant<Configuration, ConfigurationProblems>()>;
using std::chrono::seconds;

constexpr auto close_handshake_time = seconds(2);  // Of the grace: for close handshakes.

/// Raises the limit of open files, hence of connections, to the highest allowed. Returns it.
rlim_t raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

std::string addresses_of(const Server& server) {
    std::string addresses;
    for (const Endpoint& endpoint : server.endpoints()) {
        if (!addresses.empty()) addresses += ", ";
        addresses += to_text(endpoint);
    }
    return addresses;
}

void log_start(const Server& server, const AdminServer& admin, const Configuration& configuration,
               rlim_t open_files) {
    spdlog::info(
        "carillon {} listening on {}; admin on {}; shards {}, flusher {}, apps {}, open files {}, "
        "event payload {} bytes, queue {} bytes per connection, activity timeout {} s",
        CARILLON_VERSION, addresses_of(server), to_text(admin.endpoint()), server.shard_count(),
        server.process_info().flusher, configuration.apps.size(), open_files,
        configuration.limits.max_event_payload_bytes, configuration.connection.max_queued_bytes,
        configuration.connection.activity_timeout_seconds);
}

/// The process around the server: signals, reloads, and a stop in steps.
class Process {
public:
    Process(Server& server, const ShutdownOptions& shutdown, const Reload& reload)
        : server_(server), shutdown_(shutdown), reload_(reload) {
        wait_for_signal();
        return_memory_regularly();
    }

    /// Handles the signals that have come. Whether to stop.
    bool is_stopping() {
        context_.poll();
        return stopping_;
    }

    /// Once the server accepts clients.
    void run() {
        has_started_ = true;
        notify_ready();
        context_.run();
    }

private:
    void notify_ready() {
        if (!stopping_) supervisor_.ready("listening on " + addresses_of(server_));
    }

    void return_memory_regularly() {
        memory_timer_.expires_after(seconds(10));
        memory_timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            return_free_memory();
            return_memory_regularly();
        });
    }

    void wait_for_signal() {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            if (signal == SIGHUP) {
                if (!stopping_) supervisor_.reloading();
                reload();
                notify_ready();
            } else {
                stop();
            }
            wait_for_signal();
        });
    }

    void reload() {
        const auto loaded = reload_();
        if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
            for (const std::string& line : problems->lines) spdlog::error("{}", line);
            spdlog::error("configuration not reloaded, the previous one stays in effect");
            return;
        }
        const auto& configuration = std::get<Configuration>(loaded);
        const std::size_t apps = configuration.apps.size();
        try {
            server_.reload(configuration);
        } catch (const std::exception& error) {
            return spdlog::error("configuration not reloaded, the previous one stays in effect: {}",
                                 error.what());
        }
        spdlog::info(
            "configuration reloaded, apps {}; settings other than apps and certificates take "
            "effect "
            "after a restart",
            apps);
    }

    void stop() {
        if (std::exchange(stopping_, true)) {
            spdlog::warn("second signal received, exiting at once");
            flush_log();
            std::_Exit(1);
        }
        if (!has_started_) return spdlog::info("stopping before the start has ended");
        spdlog::info("stopping, grace period {} s", shutdown_.grace_seconds);
        supervisor_.stopping(static_cast<int>(shutdown_.grace_seconds));
        const auto grace = seconds(shutdown_.grace_seconds);
        const auto pause = std::min(seconds(shutdown_.readiness_pause_seconds), grace);
        end_timer_.expires_after(grace);
        end_timer_.async_wait([this](boost::system::error_code error) {
            if (!error) finish("grace period expired");
        });
        server_.mark_not_ready();
        pause_timer_.expires_after(pause);
        pause_timer_.async_wait([this, left = grace - pause](boost::system::error_code) {
            const auto spread = std::max(left - close_handshake_time, seconds(0));
            server_.drain(spread, [this] {
                boost::asio::post(context_,
                                  [this] { finish("all connections and webhooks finished"); });
            });
        });
    }

    void finish(std::string_view why) {
        spdlog::info("stopped, {}", why);
        context_.stop();
    }

    boost::asio::io_context context_;
    boost::asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
    boost::asio::steady_timer memory_timer_{context_};
    boost::asio::steady_timer pause_timer_{context_};
    boost::asio::steady_timer end_timer_{context_};
    Server& server_;
    const ShutdownOptions& shutdown_;
    const Reload& reload_;
    const Supervisor supervisor_ = Supervisor::of_environment();
    bool has_started_ = false;
    bool stopping_ = false;
};

/// Returns when the server has stopped.
void run(const Configuration& configuration, const Reload& reload) {
    for (const std::string& warning : configuration.warnings) spdlog::warn("{}", warning);
    const rlim_t open_files = raise_open_files();
    if (const std::uint32_t seed = configuration.hash_seed) set_process_hash_key({seed, seed});
    auto server = std::make_unique<Server>(configuration);
    Process process(*server, configuration.shutdown, reload);
    if (!server->start([&process] { return process.is_stopping(); })) return server->stop();
    auto admin = std::make_unique<AdminServer>(configuration.admin, *server);
    log_start(*server, *admin, configuration, open_files);
    process.run();
    server->stop();  // Before the admin listener and the process: shards may still call back into
                     // both.
    admin.reset();
}

std::string reason_of(const std::exception& error) {
    const auto* of_system = dynamic_cast<const boost::system::system_error*>(&error);
    return of_system != nullptr ? of_system->code().message() : error.what();
}

}  // namespace

int serve(const Configuration& configuration, const Reload& reload) {
    std::signal(SIGPIPE, SIG_IGN);  // The log may be a pipe without a reader.
    set_up_log(configuration.log);
    int status = 0;
    try {
        run(configuration, reload);
    } catch (const std::exception& error) {
        // Not left to `main`, which writes to standard error and blocks if it is not read: a
        // supervisor waits for the exit.
        write_to_log("carillon: " + reason_of(error));
        status = 1;
    }
    flush_log();
    return status;
}

}  // namespace carillon
