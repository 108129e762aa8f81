#include "client_session.hpp"

#include <spdlog/spdlog.h>

#include "carillon/protocol/error_codes.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "carillon/websocket/encoder.hpp"

namespace carillon {

ClientSession::~ClientSession() {
    on_gone(1006);
}

void ClientSession::open(ChannelShard& channels, std::shared_ptr<const App> app,
                         unsigned activity_timeout_seconds) {
    ++metrics_.connections_opened;
    connection_.emplace(channels, *this, std::move(app), activity_timeout_seconds);
    spdlog::debug("connection {} opened, app {}", connection_->socket_id().text(),
                  connection_->app().id.get());
}

void ClientSession::refuse(Errc code, std::string_view message) {
    const int close_code = pusher_code(code).value_or(1008);
    if (!connection_) ++metrics_.connections_refused[close_code];
    if (close_code >= 4000)
        WsSession::send(encode_ws(WsOpcode::text, error_message(code, message)));
    close(static_cast<std::uint16_t>(close_code), message);
}

void ClientSession::on_message(const WsEvent& message) {
    ++metrics_.messages_received;
    if (message.kind == WsEvent::Kind::binary) {
        return refuse(Errc::websocket_unsupported, "Binary messages are not supported");
    }
    if (connection_) connection_->on_text(message.payload);
}

void ClientSession::end(const Error& why) {
    // Refusing destroys the connection, which is what calls.
    loop().defer([weak = weak_from_this(), why] {
        const auto self = std::static_pointer_cast<ClientSession>(weak.lock());
        if (self) self->refuse(why.code, why.what);
    });
}

void ClientSession::on_silent() {
    refuse(Errc::pong_not_received, "Pong reply not received");
}

void ClientSession::on_too_slow() {
    ++metrics_.slow_consumers;
    if (connection_) {
        spdlog::info("connection {} reads too slowly, closing it", connection_->socket_id().text());
    }
    refuse(Errc::too_slow, "Too many messages wait for this connection");
}

void ClientSession::on_gone(int code) {
    if (!connection_) return;
    spdlog::debug("connection {} closed, {}", connection_->socket_id().text(), code);
    ++metrics_.connections_closed[code];
    connection_->app().open_connections->fetch_sub(1, std::memory_order_relaxed);
    connection_.reset();
}

}  // namespace carillon
