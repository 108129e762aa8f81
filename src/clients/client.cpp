#include "client.hpp"

#include <spdlog/spdlog.h>

#include "carillon/protocol/error_codes.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {

void Client::open(ChannelShard& channels, std::shared_ptr<const App> app,
                  unsigned activity_timeout_seconds) {
    ++metrics_.connections_opened;
    connection_.emplace(channels, *this, std::move(app), activity_timeout_seconds);
    spdlog::debug("connection {} opened by {}, app {}", connection_->socket_id().text(),
                  transport(), connection_->app().id.get());
}

void Client::refuse(Errc code, std::string_view message) {
    const int close_code = pusher_code(code).value_or(1008);
    if (!connection_) ++metrics_.connections_refused[close_code];
    if (close_code >= 4000) {
        const std::string text = error_message(code, message);
        OutboundMessage error(text);
        send(error);
    }
    close(close_code, message);
}

void Client::receive(std::string_view text) {
    ++metrics_.messages_received;
    if (connection_) connection_->on_text(text);
}

void Client::refuse_as_too_slow() {
    ++metrics_.slow_consumers;
    if (connection_) {
        spdlog::info("connection {} reads too slowly, closing it", connection_->socket_id().text());
    }
    refuse(Errc::too_slow, "Too many messages wait for this connection");
}

void Client::gone(int code) {
    if (!connection_) return;
    spdlog::debug("connection {} closed, {}", connection_->socket_id().text(), code);
    ++metrics_.connections_closed[code];
    connection_->app().open_connections->fetch_sub(1, std::memory_order_relaxed);
    connection_.reset();
}

}  // namespace carillon
