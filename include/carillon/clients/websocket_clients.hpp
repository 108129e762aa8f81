#pragma once

#include <optional>
#include <string>

#include "carillon/clients/clients.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"

namespace carillon {

/// The way of Pusher clients into a shard by WebSocket (wire.md 1.1 … 1.3).
class WebSocketClients {
public:
    /// What is referred to must outlive this.
    WebSocketClients(EventLoop& loop, Clients& clients, ShardMetrics& metrics,
                     const ConnectionOptions& options, std::string path_prefix)
        : loop_(loop),
          clients_(clients),
          metrics_(metrics),
          options_(options),
          path_prefix_(std::move(path_prefix)) {}

    /// Adds what answers a request for `/app/KEY` that is no WebSocket upgrade.
    static void add_routes(HttpRoutes& routes);

    /// Takes the connection over, or returns the HTTP answer to a broken handshake. Refusals of the
    /// Pusher protocol come as `pusher:error` and a close code: a browser cannot see an HTTP
    /// status.
    [[nodiscard]] std::optional<HttpResponse> upgrade(const HttpRequest& request,
                                                      const HttpUpgrade& upgrade);

private:
    EventLoop& loop_;
    Clients& clients_;
    ShardMetrics& metrics_;
    ConnectionOptions options_;
    std::string path_prefix_;
};

}  // namespace carillon
