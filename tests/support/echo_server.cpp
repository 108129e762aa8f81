#include "support/echo_server.hpp"

#include <memory>

#include "carillon/clients/websocket_connection.hpp"
#include "carillon/websocket/encoder.hpp"
#include "carillon/websocket/handshake.hpp"

namespace carillon::test {
namespace {

class EchoSession final : public WebSocketConnection {
public:
    using WebSocketConnection::WebSocketConnection;

private:
    void on_message(const WsEvent& message) override {
        const bool is_text = message.kind == WsEvent::Kind::text;
        send(encode_ws(is_text ? WsOpcode::text : WsOpcode::binary, message.payload));
    }
    void on_pong_timeout() override { close(1001, "Silent for too long"); }
    void on_too_slow() override { close(1008, "Too many messages wait for this connection"); }
    void on_closed(int) override {}
};

/// What waits for a client may be several of its largest messages: suites send before they read.
ConnectionOptions options_for(std::uint32_t message_bytes_max) {
    return {.max_message_bytes = message_bytes_max,
            .max_queued_bytes = 4 * message_bytes_max + (16U << 20U)};
}

/// A port that another server has would be shared unnoticed.
Endpoint free_endpoint(std::uint16_t port) {
    const Endpoint endpoint{boost::asio::ip::address_v4::loopback(), port};
    if (const auto error = probe_endpoint(endpoint)) throw boost::system::system_error(error);
    return endpoint;
}

}  // namespace

EchoServer::EchoServer(std::uint16_t port, std::uint32_t message_bytes_max)
    : options_(options_for(message_bytes_max)),
      streams_(loop_, make_flusher("auto"), metrics_),
      http_(loop_, streams_, HttpOptions{}, HttpRoutes{},
            [this](const HttpRequest& request, const HttpUpgrade& taken) {
                return upgrade(request, taken);
            }),
      listener_(loop_, free_endpoint(port), [this](int descriptor, const Endpoint& peer) {
          http_.accept(descriptor, peer.address());
      }) {
    loop_.at_end_of_turn([this] { streams_.end_turn(); });
    listener_.start();
}

std::optional<HttpResponse> EchoServer::upgrade(const HttpRequest& request,
                                                const HttpUpgrade& upgrade) {
    const auto verdict = accept_ws_upgrade({
        .method = request.method(),
        .http_version = request.version(),
        .has_host = true,
        .upgrade = request.header("Upgrade"),
        .connection = request.header("Connection"),
        .version = request.header("Sec-WebSocket-Version"),
        .key = request.header("Sec-WebSocket-Key"),
        .protocol = {},
        .extensions = {},
    });
    if (!verdict) {
        return HttpResponse{.status = static_cast<int>(verdict.error().status),
                            .body = std::string(verdict.error().why)};
    }
    upgrade.stream().send(Frame::copy_of(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        verdict->accept + "\r\n\r\n"));
    upgrade.take(std::make_shared<EchoSession>(loop_, upgrade.stream(), options_));
    return std::nullopt;
}

}  // namespace carillon::test
