#pragma once

#include <string_view>

#include "carillon/clients/websocket_connection.hpp"
#include "client.hpp"

namespace carillon {

/// A Pusher client that is connected by WebSocket. One shard.
class WebSocketClientSession final : public WebSocketConnection, public Client {
public:
    /// `deflates`: permessage-deflate was negotiated.
    WebSocketClientSession(EventLoop& loop, TcpStream& stream, const ConnectionOptions& options,
                           ShardMetrics& metrics, bool deflates)
        : WebSocketConnection(loop, stream, options, deflates),
          Client(metrics),
          secure_(stream.secure()),
          deflates_(deflates) {}

    void send(OutboundMessage& message) override {
        ++metrics().messages_sent;
        const bool deflated = deflates_ && message.text().size() >= options().deflate_min_bytes;
        WebSocketConnection::send(
            deflated ? message.websocket_deflated(static_cast<int>(options().deflate_level))
                     : message.websocket());
    }
    void end(const Error& why) override;
    [[nodiscard]] std::string_view transport() const noexcept override {
        return secure_ ? "wss" : "ws";
    }

private:
    void close(int code, std::string_view reason) override {
        WebSocketConnection::close(static_cast<std::uint16_t>(code), reason);
    }
    void on_message(const WsEvent& message) override;
    [[nodiscard]] Duration backpressure() const override { return Client::backpressure(); }
    void on_pong_timeout() override { refuse(Errc::pong_not_received, "Pong reply not received"); }
    void on_too_slow() override { refuse_as_too_slow(); }
    void on_closed(int code) override { Client::on_closed(code); }

    bool secure_;
    bool deflates_;
};

}  // namespace carillon
