#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/channels/connection.hpp"
#include "carillon/channels/connection_sink.hpp"
#include "carillon/clients/websocket_clients.hpp"
#include "carillon/clients/ws_session.hpp"

namespace carillon {

/// A Pusher client on a WebSocket: text messages to and from its `Connection`.
class ClientSession final : public WsSession,
                            public ConnectionSink,
                            public ListHook<struct ClientSessions> {
public:
    ClientSession(EventLoop& loop, TcpStream& stream, const ConnectionOptions& options,
                  ShardMetrics& metrics)
        : WsSession(loop, stream, options), metrics_(metrics), secure_(stream.secure()) {}
    ~ClientSession() override;

    /// Lets the client in, which is counted among its app's connections already. Without it the
    /// session is only good for being refused.
    void open(ChannelShard& channels, std::shared_ptr<const App> app,
              unsigned activity_timeout_seconds);

    /// Says why, by `pusher:error` and then the close code, and ends the connection.
    void refuse(Errc code, std::string_view message);

    void send(OutboundMessage& message) override {
        ++metrics_.messages_sent;
        WsSession::send(message.websocket());
    }

    void end(const Error& why) override;

    [[nodiscard]] bool secure() const noexcept { return secure_; }

    /// Null once it is over.
    [[nodiscard]] Connection* connection() noexcept {
        return connection_ ? &*connection_ : nullptr;
    }

private:
    void on_message(const WsEvent& message) override;
    void on_silent() override;
    void on_too_slow() override;
    void on_gone(int code) override;

    ShardMetrics& metrics_;
    bool secure_;
    std::optional<Connection> connection_;
};

}  // namespace carillon
