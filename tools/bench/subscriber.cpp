#include "subscriber.hpp"

#include "carillon/websocket/handshake.hpp"
#include "upgrade_request.hpp"

namespace carillon::bench {
namespace {

constexpr std::size_t head_bytes_max = 16384;

/// The socket id of `pusher:connection_established`: the digits and the dot behind its name,
/// whatever quotes and escapes are between.
std::string_view find_socket_id(std::string_view text) {
    const std::size_t name = text.find("socket_id");
    if (name == text.npos) return {};
    const std::size_t begin = text.find_first_of("0123456789", name);
    if (begin == text.npos) return {};
    const std::size_t end = text.find_first_not_of("0123456789.", begin);
    return text.substr(begin, end == text.npos ? end : end - begin);
}

}  // namespace

void Subscriber::open(Destination& destination, ReadySet& ready, std::string_view upgrade) {
    state_ = State::upgrading;
    if (!wire_.open(destination)) return close(close_code_no_connect);
    wire_.outbound().assign(upgrade);
    ready.add(wire_.descriptor(), *this);
}

void Subscriber::on_ready(bool hung_up) {
    if (!wire_.is_open()) return;
    if (!wire_.outbound().empty() && !wire_.flush()) {
        return close(state_ == State::upgrading ? close_code_no_connect : close_code_none);
    }
    read(hung_up);
}

void Subscriber::send_text(std::string_view text) {
    append_client_frame(wire_.outbound(), WsOpcode::text, text);
    if (!wire_.flush()) close(close_code_none);
}

void Subscriber::read(bool hung_up) {
    const std::span<char> scratch = host_.scratch();
    bool drained = false;
    while (wire_.is_open() && (!drained || hung_up)) {
        std::size_t size = 0;
        const Wire::Received received = wire_.read(scratch, size, drained);
        if (received == Wire::Received::nothing) return;
        if (received == Wire::Received::ended) {
            return close(state_ == State::upgrading ? close_code_no_connect : close_code_none);
        }
        host_.on_bytes(size);
        take({scratch.data(), size});
    }
    // A handshake of TLS may have been what kept the request from leaving.
    if (wire_.is_open() && !wire_.outbound().empty() && !wire_.flush()) close(close_code_none);
}

void Subscriber::take(std::string_view bytes) {
    if (state_ == State::upgrading && !take_upgrade(bytes)) return;
    ServerMessage message;
    while (wire_.is_open()) {
        const FrameWalker::Step step = walker_.next(bytes, message);
        if (step == FrameWalker::Step::need_more) return;
        if (step == FrameWalker::Step::broken) return close(close_code_broken);
        on_message(message);
    }
}

bool Subscriber::take_upgrade(std::string_view& bytes) {
    const std::size_t before = head_.size();
    head_.append(bytes);
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == head_.npos) {
        if (head_.size() > head_bytes_max) close(close_code_broken);
        return false;
    }
    static const std::string accept = ws_accept_key(upgrade_key);
    const bool switched = head_.starts_with("HTTP/1.1 101") && head_.find(accept) < end;
    bytes.remove_prefix(end + 4 - before);
    head_ = {};
    state_ = State::greeting;
    if (!switched) close(close_code_broken);
    return switched;
}

void Subscriber::on_message(const ServerMessage& message) {
    switch (message.opcode) {
        case WsOpcode::text:
        case WsOpcode::binary:
            if (state_ == State::established && host_.on_event(index_, message.payload)) return;
            if (state_ == State::greeting) greet(message.payload);
            return host_.on_protocol_message(*this, message.payload);
        case WsOpcode::ping:
            append_client_frame(wire_.outbound(), WsOpcode::pong, message.payload);
            if (!wire_.flush()) close(close_code_none);
            return;
        case WsOpcode::close: {
            const std::string_view body = message.payload;
            const int code = body.size() < 2 ? 1005
                                             : static_cast<unsigned char>(body[0]) << 8 |
                                                   static_cast<unsigned char>(body[1]);
            return close(code);
        }
        case WsOpcode::pong:
        case WsOpcode::continuation:
            return;
    }
}

void Subscriber::greet(std::string_view text) {
    if (text.find("pusher:connection_established") == text.npos) return;
    state_ = State::established;
    host_.append_subscribes(index_, find_socket_id(text), wire_.outbound());
    if (!wire_.flush()) close(close_code_none);
}

void Subscriber::close(int code) {
    wire_.close();
    state_ = State::closed;
    host_.on_closed(*this, code);
}

}  // namespace carillon::bench
