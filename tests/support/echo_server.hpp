#pragma once

#include <cstdint>
#include <optional>

#include "carillon/clients/options.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/listener.hpp"
#include "carillon/net/streams.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon::test {

/// A WebSocket server made of the same codec and sessions as the real one, that sends back every
/// message as it came: what conformance suites want to talk to. Any path; one thread.
class EchoServer {
public:
    /// Listens on 127.0.0.1; port 0 lets the system choose. Throws when it cannot.
    EchoServer(std::uint16_t port, std::uint32_t message_bytes_max);

    [[nodiscard]] Endpoint endpoint() const { return listener_.endpoint(); }
    void run() { loop_.run(); }
    /// Any thread.
    void stop() { loop_.stop(); }

private:
    [[nodiscard]] std::optional<HttpResponse> upgrade(const HttpRequest& request,
                                                      const HttpUpgrade& upgrade);

    ConnectionOptions options_;
    ShardMetrics metrics_;
    EventLoop loop_{metrics_};
    Streams streams_;
    HttpServer http_;
    Listener listener_;
};

}  // namespace carillon::test
