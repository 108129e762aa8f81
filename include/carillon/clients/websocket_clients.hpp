#pragma once

#include <optional>
#include <string>

#include "carillon/clients/clients.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"

namespace carillon {

/// Pusher clients that connect by WebSocket: checks the handshake and creates their sessions. One
/// shard. Source: wire.md 1.1 … 1.3.
class WebSocketClients {
public:
    /// All references must outlive this.
    WebSocketClients(EventLoop& loop, Clients& clients, ShardMetrics& metrics,
                     const ConnectionOptions& options, std::string path_prefix)
        : loop_(loop),
          clients_(clients),
          metrics_(metrics),
          options_(options),
          path_prefix_(std::move(path_prefix)) {}

    /// Adds the routes that answer requests for `/app/KEY` without an upgrade to WebSocket.
    static void add_routes(HttpRoutes& routes);

    /// Takes the connection, or returns the HTTP response to a malformed handshake. Clients that
    /// the Pusher protocol refuses are connected first, and get `pusher:error` and a close code:
    /// scripts in a browser cannot read an HTTP status.
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
