#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/websocket/opcode.hpp"
#include "support/http_answer.hpp"
#include "support/raw_socket.hpp"

namespace carillon::test {

/// A frame as the server sent it.
struct ServerFrame {
    WsOpcode opcode;
    std::string payload;

    /// Of a close: 0 if it has none.
    [[nodiscard]] std::uint16_t close_code() const;
    [[nodiscard]] std::string close_reason() const;
};

/// `headers`: whole lines, each with its CR LF.
[[nodiscard]] std::string upgrade_request(std::string_view target, std::string_view headers = {});

/// Of a Close that carries `code`.
[[nodiscard]] std::string close_body(std::uint16_t code, std::string_view reason = {});

/// A WebSocket client that sends whatever frames it is told to, and checks every frame that it
/// gets: whole, unmasked, no reserved bits.
class RawWebSocket {
public:
    /// Takes over a connection whose upgrade was sent; reads the answer.
    explicit RawWebSocket(RawSocket socket);
    explicit RawWebSocket(std::uint16_t port, std::string_view target = "/app/app-key?protocol=7",
                          int receive_buffer_bytes = 0);

    [[nodiscard]] const HttpAnswer& handshake() const noexcept { return handshake_; }
    [[nodiscard]] RawSocket& socket() noexcept { return socket_; }

    void send(WsOpcode opcode, std::string_view payload, bool fin = true);
    void send_text(std::string_view text) { send(WsOpcode::text, text); }

    [[nodiscard]] ServerFrame receive();
    /// The next frame that is a text.
    [[nodiscard]] std::string receive_text();
    /// Passes over everything up to a Close.
    [[nodiscard]] ServerFrame receive_close();
    /// From the first message, which must be `pusher:connection_established`.
    [[nodiscard]] std::string receive_socket_id();

private:
    RawSocket socket_;
    HttpAnswer handshake_;
};

}  // namespace carillon::test
