#include "support/raw_web_socket.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

RawSocket connect(std::uint16_t port, std::string_view target, int receive_buffer_bytes) {
    RawSocket socket(port, receive_buffer_bytes);
    socket.send(upgrade_request(target));
    return socket;
}

}  // namespace

std::uint16_t ServerFrame::close_code() const {
    return payload.size() < 2 ? std::uint16_t{0}
                              : static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
}

std::string ServerFrame::close_reason() const {
    return payload.size() < 2 ? "" : payload.substr(2);
}

std::string upgrade_request(std::string_view target, std::string_view headers) {
    std::string text = "GET ";
    text.append(target).append(
        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    return text.append(headers).append("\r\n");
}

std::string close_body(std::uint16_t code, std::string_view reason) {
    std::string body{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return body.append(reason);
}

RawWebSocket::RawWebSocket(RawSocket socket)
    : socket_(std::move(socket)), handshake_(receive_answer(socket_, false)) {
    if (handshake_.status != 101) {
        throw std::runtime_error("upgrade answered with " + std::to_string(handshake_.status));
    }
}

RawWebSocket::RawWebSocket(std::uint16_t port, std::string_view target, int receive_buffer_bytes)
    : RawWebSocket(connect(port, target, receive_buffer_bytes)) {}

void RawWebSocket::send(WsOpcode opcode, std::string_view payload, bool fin) {
    socket_.send(masked_frame(opcode, payload, fin));
}

ServerFrame RawWebSocket::receive() {
    const std::string head = socket_.receive_exactly(2);
    const auto first = static_cast<unsigned char>(head[0]);
    const auto second = static_cast<unsigned char>(head[1]);
    if ((first & 0xF0U) != 0x80U) throw std::runtime_error("fragmented, or reserved bits set");
    if ((second & 0x80U) != 0) throw std::runtime_error("the server masks");
    std::uint64_t size = second;
    if (second == 126) size = big_endian(socket_.receive_exactly(2));
    if (second == 127) size = big_endian(socket_.receive_exactly(8));
    return {static_cast<WsOpcode>(first & 0x0FU), socket_.receive_exactly(size)};
}

std::string RawWebSocket::receive_text() {
    ServerFrame frame = receive();
    while (frame.opcode != WsOpcode::text) {
        if (frame.opcode == WsOpcode::close) throw std::runtime_error("closed");
        frame = receive();
    }
    return std::move(frame.payload);
}

ServerFrame RawWebSocket::receive_close() {
    ServerFrame frame = receive();
    while (frame.opcode != WsOpcode::close) frame = receive();
    return frame;
}

std::string RawWebSocket::receive_socket_id() {
    const auto message = nlohmann::json::parse(receive_text());
    if (message.at("event") != "pusher:connection_established") {
        throw std::runtime_error("refused: " + message.dump());
    }
    return nlohmann::json::parse(message.at("data").get<std::string>()).at("socket_id");
}

}  // namespace carillon::test
