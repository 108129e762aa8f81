#include "carillon/clients/websocket_connection.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <optional>
#include <utility>

#include "carillon/protocol/error_codes.hpp"
#include "carillon/websocket/encoder.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr auto close_wait_max = 3s;
constexpr auto slow_close_wait_max = 2s;
/// Compressed, a few bytes may become a long message: so much may they become in a row.
constexpr std::size_t inflated_bytes_max = 65536;
constexpr std::size_t inflated_ratio_max = 100;
constexpr auto inflated_pause = 100ms;      // For who passes both.
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
    : loop_(loop), stream_(stream), options_(options), pings_(loop.now()), decoder_(deflates) {
    loop_.schedule(*this, std::chrono::seconds(options_.activity_timeout_seconds));
}

WebSocketConnection::State WebSocketConnection::enter(State next) noexcept {
    [[maybe_unused]] const auto is_legal = [this, next] {
        switch (state_) {
            case State::open:
                return next != State::open;
            case State::closing:
                return next == State::discarding || next == State::closed;
            case State::discarding:
            case State::closed:
                return next == State::closed;
        }
        return false;
    };
    assert(is_legal());
    return std::exchange(state_, next);
}

void WebSocketConnection::enter(Reader next) noexcept {
    assert((reader_ == Reader::keeps_up && next == Reader::too_slow) ||
           (reader_ == Reader::too_slow && next == Reader::reported));
    reader_ = next;
}

void WebSocketConnection::enter(Input next) noexcept {
    [[maybe_unused]] const auto is_legal = [this, next] {
        switch (input_) {
            case Input::flowing:
                return next == Input::deferred || next == Input::ended;
            case Input::deferred:
                return next == Input::flowing || next == Input::deferred_end;
            case Input::deferred_end:
                return next == Input::ended;
            case Input::ended:  // The backlog of `deferred_end` may need several turns.
                return next == Input::deferred_end;
        }
        return false;
    };
    assert(is_legal());
    input_ = next;
}

void WebSocketConnection::send(Frame frame) {
    if (!is_active()) return;
    if (reader_ == Reader::reported || has_room(frame.size())) {
        return stream_.send(std::move(frame));
    }
    enter(Reader::too_slow);
    stream_.drop_queued();
    // A fan-out may be iterating over the channel's subscribers, which closing this client changes.
    loop_.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->state_ != State::open) return;
        self->enter(Reader::reported);
        self->on_too_slow();
    });
}

bool WebSocketConnection::has_room(std::size_t size) const noexcept {
    // A reader is slow only if its socket did not accept everything at the end of a turn. Until
    // then much may be queued within one turn.
    const std::size_t max = options_.max_queued_bytes;
    return stream_.queued_bytes() + size <= (stream_.blocked() ? max : max * turn_burst_max);
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
    if (!is_active()) return;
    stream_.send(encode_ws_close(code, reason));
    enter(fails_connection(code) ? State::discarding : State::closing);
    if (state_ == State::discarding) stream_.finish_sending();
    loop_.schedule(*this, reader_ == Reader::keeps_up ? close_wait_max : slow_close_wait_max);
    on_closed(code);
}

void WebSocketConnection::on_bytes(std::span<char> bytes) {
    pings_.received(loop_.now());
    if (backlog_) {
        backlog_->append(bytes);
    } else {
        process(bytes);
    }
}

void WebSocketConnection::process(std::span<char> bytes) {
    std::size_t inflated = 0;
    std::size_t deflated = 0;
    while (is_active() || state_ == State::closing) {
        WsEvent event{};
        switch (decoder_.next(bytes, options_.max_message_bytes, event)) {
            case WsDecoder::Progress::event:
                if (event.deflated_bytes > 0) inflated += event.payload.size();
                deflated += event.deflated_bytes;
                on_event(event);
                if (const auto wait = pause_after(inflated, deflated)) {
                    return defer_rest(bytes, *wait);
                }
                if (!bytes.empty() && loop_.turn_expired()) return defer_rest(bytes, {});
                break;
            case WsDecoder::Progress::need_more:
                return;
            case WsDecoder::Progress::failed:
                return fail(decoder_.failure());
        }
    }
}

std::optional<Duration> WebSocketConnection::pause_after(std::size_t inflated,
                                                         std::size_t deflated) const {
    if (!is_active()) return std::nullopt;
    if (const Duration wait = backpressure(); wait > Duration{}) return wait;
    if (inflated < inflated_bytes_max) return std::nullopt;
    return inflated > deflated * inflated_ratio_max ? Duration{inflated_pause} : Duration{};
}

void WebSocketConnection::defer_rest(std::span<char> rest, Duration wait) {
    enter(input_ == Input::ended ? Input::deferred_end : Input::deferred);
    backlog_ = std::make_unique<Backlog>(*this, rest);
    stream_.pause_reading();
    if (wait > Duration{}) return loop_.schedule(*backlog_, wait);
    loop_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->resume();
    });
}

void WebSocketConnection::resume() {
    const auto backlog = std::move(backlog_);
    enter(input_ == Input::deferred_end ? Input::ended : Input::flowing);
    if (input_ == Input::flowing) stream_.resume_reading();
    std::string bytes = backlog->take();
    process(bytes);
    if (input_ == Input::ended && state_ != State::closed) finish(1006);
}

void WebSocketConnection::on_event(const WsEvent& event) {
    if (event.kind == WsEvent::Kind::close) return answer_close(event);
    if (!is_active()) return;
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
    if (is_active()) stream_.send(encode_ws_close(close.close_code, {}));
    // The peer says nothing more after its Close, so nothing unread can spoil this.
    finish(close.close_code == 0 ? 1005 : close.close_code);
}

void WebSocketConnection::finish(int code) {
    const State before = enter(State::closed);
    stream_.close_when_sent();
    loop_.schedule(*this, close_wait_max);
    if (before == State::open) on_closed(code);
}

void WebSocketConnection::fail(Errc why) {
    if (is_active()) {
        return close(static_cast<std::uint16_t>(pusher_code(why).value_or(1002)), reason_of(why));
    }
    enter(State::discarding);
}

void WebSocketConnection::on_end() {
    // The backlog is handled first. (With TLS one read may give bytes and the end.)
    if (input_ == Input::deferred) return enter(Input::deferred_end);
    enter(Input::ended);
    finish(1006);
}

void WebSocketConnection::on_lost() {
    cancel();
    if (enter(State::closed) == State::open) on_closed(1006);
}

void WebSocketConnection::on_timeout(TimePoint now) {
    if (is_active()) return check_liveness(now);
    if (state_ == State::open) return;  // `on_too_slow` is about to close.
    if (reader_ == Reader::keeps_up) return stream_.close();
    stream_.reset();
}

void WebSocketConnection::check_liveness(TimePoint now) {
    if (backlog_) pings_.received(now);  // It is this side that does not read.
    const PingSchedule::Step step = pings_.step(now, options_);
    if (step.action == PingSchedule::Action::give_up) return on_pong_timeout();
    loop_.schedule(*this, step.next);
    if (step.action == PingSchedule::Action::ping) send(encode_ws(WsOpcode::ping, {}));
}

}  // namespace carillon
