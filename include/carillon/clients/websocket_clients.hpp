#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "carillon/apps/app_registry.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// The Pusher clients of one shard that came by WebSocket: lets them in or refuses them
/// (protocol.md 1.1 … 1.3), hands them new settings, sends them away when the server stops.
class WebSocketClients {
public:
    /// `metrics` must outlive this.
    WebSocketClients(EventLoop& loop, ChannelShard& channels, ShardMetrics& metrics,
                     std::shared_ptr<const AppRegistry> apps, const ConnectionOptions& options,
                     std::string path_prefix);
    ~WebSocketClients();

    /// Adds what answers a request for `/app/KEY` that is no WebSocket upgrade.
    static void add_routes(HttpRoutes& routes);

    /// Takes the connection over, or returns the HTTP answer to a broken handshake. Refusals of the
    /// Pusher protocol come as `pusher:error` and a close code: a browser cannot see an HTTP
    /// status.
    [[nodiscard]] std::optional<HttpResponse> upgrade(const HttpRequest& request,
                                                      const HttpUpgrade& upgrade);

    /// From a reload. Clients of apps that are gone or disabled are closed, the others stay.
    void set_apps(std::shared_ptr<const AppRegistry> apps);

    /// Closes everybody with 4200, evenly over `time`, and whoever still comes at once.
    void drain(Duration time);
    [[nodiscard]] bool idle() const noexcept;

    /// Clients by app id and transport ("ws", "wss"). Walks them all: for a scrape.
    using Census = std::map<std::pair<std::string, std::string_view>, std::size_t>;
    [[nodiscard]] Census census() const;

private:
    friend class ClientSession;
    struct Sessions;

    struct Refusal {
        Errc code;
        std::string message;
    };
    /// Why this client cannot come in; if it can, it is now counted among the app's connections.
    [[nodiscard]] std::optional<Refusal> refusal(const HttpRequest& request, const App* app,
                                                 std::string_view key) const;
    void close_some();

    EventLoop& loop_;
    ChannelShard& channels_;
    ShardMetrics& metrics_;
    std::shared_ptr<const AppRegistry> apps_;
    ConnectionOptions options_;
    std::string path_prefix_;
    bool draining_ = false;
    TimePoint drain_end_{};
    boost::asio::steady_timer drain_timer_;
    std::unique_ptr<Sessions> sessions_;
};

}  // namespace carillon
