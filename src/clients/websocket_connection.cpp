#include "carillon/clients/websocket_connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "carillon/protocol/error_codes.hpp"
#include "carillon/websocket/encoder.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr auto close_wait_max = 3s;
constexpr auto slow_close_wait_max = 2s;
constexpr std::size_t turn_burst_max = 16;  // Times the limit, within one turn.

bool fails_connection(std::uint16_t code) {
    return code == 1002 || code == 1003 || code == 1007 || code == 1009;
}

std::string_view reason_of(Errc why) {
    switch (why) {
        case Errc::websocket_bad_utf8:
            return "Text is not valid UTF-8";
        case Errc::websocket_too_big:
            return "Message too large";
        default:
            return "WebSocket protocol error";
    }
}

}  // namespace

WebSocketConnection::WebSocketConnection(EventLoop& loop, TcpStream& stream,
                                         const ConnectionOptions& options, bool deflates)
    : loop_(loop),
      stream_(stream),
      options_(options),
      last_received_(loop.now()),
      decoder_(deflates) {
    loop_.schedule(*this, std::chrono::seconds(options_.activity_timeout_seconds));
}

void WebSocketConnection::send(Frame frame) {
    if (state_ != State::open) return;
    if (was_too_slow_ || has_room(frame.size())) return stream_.send(std::move(frame));
    state_ = State::too_slow;
    was_too_slow_ = true;
    stream_.drop_queued();
    // A fan-out is running over the channel's list, which ending this connection changes.
    loop_.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->state_ != State::too_slow) return;
        self->state_ = State::open;
        self->on_too_slow();
    });
}

bool WebSocketConnection::has_room(std::size_t size) const noexcept {
    // Until its socket refuses some of what it is offered, at the end of a turn, no reader is slow.
    const std::size_t max = options_.max_queued_bytes;
    return stream_.queued_bytes() + size <= (stream_.blocked() ? max : max * turn_burst_max);
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
    if (state_ != State::open) return;
    stream_.send(encode_ws_close(code, reason));
    state_ = State::closing;
    if (fails_connection(code)) {
        state_ = State::discarding;
        stream_.finish_sending();
    }
    loop_.schedule(*this, was_too_slow_ ? slow_close_wait_max : close_wait_max);
    report_closed(code);
}

void WebSocketConnection::report_closed(int code) {
    if (!std::exchange(closed_is_reported_, true)) on_closed(code);
}

void WebSocketConnection::on_bytes(std::span<char> bytes) {
    last_received_ = loop_.now();
    if (backlog_) {
        backlog_->append(bytes.data(), bytes.size());
    } else {
        process(bytes);
    }
}

void WebSocketConnection::process(std::span<char> bytes) {
    while (state_ == State::open || state_ == State::closing) {
        WsEvent event{};
        switch (decoder_.next(bytes, options_.max_message_bytes, event)) {
            case WsDecoder::Progress::event:
                on_event(event);
                // A kilobyte may have become a hundred: others have their turn after each.
                if (decoder_.inflates() && !bytes.empty() && loop_.turn_expired()) {
                    return defer_rest(bytes);
                }
                break;
            case WsDecoder::Progress::need_more:
                return;
            case WsDecoder::Progress::failed:
                return fail(decoder_.failure());
        }
    }
}

void WebSocketConnection::defer_rest(std::span<char> rest) {
    backlog_ = std::make_unique<std::string>(rest.data(), rest.size());
    stream_.pause_reading();
    boost::asio::post(loop_.context(), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->resume();
    });
}

void WebSocketConnection::resume() {
    loop_.refresh_time();
    const auto backlog = std::move(backlog_);
    if (!ended_) stream_.resume_reading();
    process(*backlog);
    if (ended_ && !backlog_ && state_ != State::closed) finish(1006);
}

void WebSocketConnection::on_event(const WsEvent& event) {
    if (event.kind == WsEvent::Kind::close) return answer_close(event);
    if (state_ != State::open) return;
    switch (event.kind) {
        case WsEvent::Kind::text:
        case WsEvent::Kind::binary:
            return on_message(event);
        case WsEvent::Kind::ping:
            return send(encode_ws(WsOpcode::pong, event.payload));
        default:
            return;
    }
}

void WebSocketConnection::answer_close(const WsEvent& close) {
    if (state_ == State::open) stream_.send(encode_ws_close(close.close_code, {}));
    // The peer says nothing more after its Close, so nothing unread can spoil this.
    finish(close.close_code == 0 ? 1005 : close.close_code);
}

void WebSocketConnection::finish(int code) {
    state_ = State::closed;
    stream_.close_when_sent();
    loop_.schedule(*this, close_wait_max);
    report_closed(code);
}

void WebSocketConnection::fail(Errc why) {
    if (state_ == State::open) {
        return close(static_cast<std::uint16_t>(pusher_code(why).value_or(1002)), reason_of(why));
    }
    state_ = State::discarding;
}

void WebSocketConnection::on_end() {
    // What came before it comes first. (TLS may tell both within one read.)
    ended_ = true;
    if (!backlog_) finish(1006);
}

void WebSocketConnection::on_lost() {
    cancel();
    state_ = State::closed;
    report_closed(1006);
}

void WebSocketConnection::on_timeout(TimePoint now) {
    if (state_ == State::open) return check_liveness(now);
    if (state_ == State::too_slow) return;
    if (was_too_slow_) return stream_.reset();
    stream_.close();
}

void WebSocketConnection::check_liveness(TimePoint now) {
    const auto activity_timeout = std::chrono::seconds(options_.activity_timeout_seconds);
    const auto pong_timeout = std::chrono::seconds(options_.pong_timeout_seconds);
    if (awaits_pong_ && last_received_ <= pinged_at_) {
        if (now - pinged_at_ >= pong_timeout) return on_pong_timeout();
        return loop_.schedule(*this, pinged_at_ + pong_timeout - now);
    }
    awaits_pong_ = false;
    const auto silence = now - last_received_;
    if (silence < activity_timeout) return loop_.schedule(*this, activity_timeout - silence);
    awaits_pong_ = true;
    pinged_at_ = now;
    loop_.schedule(*this, pong_timeout);
    send(encode_ws(WsOpcode::ping, {}));
}

}  // namespace carillon
