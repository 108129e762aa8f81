#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/base/frame.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/clients/ping_schedule.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/net/tcp_stream.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/websocket/decoder.hpp"

namespace carillon {

/// One WebSocket after its handshake: the codec on a TCP stream, with liveness, the close handshake
/// and the limit of queued bytes for a slow reader. The derived class handles messages. Its stream
/// owns it; used on one shard's thread only. Source: RFC 6455; wire.md 1.5, 1.6, 1.8.
///
/// The close handshake:
/// - open → closing: `close` sends Close and waits for the peer's;
/// - open, closing → discarding: `close` with a code that fails the connection, a protocol error;
/// - open, closing, discarding → closed: the peer's Close, the end of its input, a lost stream.
class WebSocketConnection : public StreamHandler,
                            public Timeout,
                            public std::enable_shared_from_this<WebSocketConnection> {
public:
    /// `options` must outlive this. `deflates`: permessage-deflate was negotiated.
    WebSocketConnection(EventLoop& loop, TcpStream& stream, const ConnectionOptions& options,
                        bool deflates = false);

    /// Queues `frame`. If that exceeds `max_queued_bytes`, the queue is dropped instead and
    /// `on_too_slow` is called later in the turn.
    void send(Frame frame);

    /// Sends Close and waits for the peer's Close, 3 s at most. After 1002, 1003, 1007 and 1009
    /// further input is discarded. No message is sent or delivered any more; `on_closed` is called
    /// before this returns.
    void close(std::uint16_t code, std::string_view reason);

    void on_bytes(std::span<char> bytes) final;
    void on_end() final;
    void on_lost() final;
    void on_timeout(TimePoint now) final;

protected:
    /// A text or binary message.
    virtual void on_message(const WsEvent& message) = 0;
    /// How long to wait before the client's next message is handled; asked after each.
    [[nodiscard]] virtual Duration backpressure() const { return {}; }
    /// Nothing was received for too long, a pong included. Must close.
    virtual void on_pong_timeout() = 0;
    /// Too many bytes were queued. Must close. Never called from `send`, but before the turn ends.
    virtual void on_too_slow() = 0;
    /// The connection is over. Called exactly once, and no other call follows. `code`: of the first
    /// Close in either direction; 1006 without one.
    virtual void on_closed(int code) = 0;

    [[nodiscard]] EventLoop& loop() noexcept { return loop_; }
    [[nodiscard]] const ConnectionOptions& options() const noexcept { return options_; }

private:
    /// The close handshake. `on_closed` is called when `open` is left.
    enum class State : unsigned char {
        open,
        closing,     ///< sent Close, waits for the peer's
        discarding,  ///< failed the connection: ignores input
        closed,      ///< sends what is queued, and then closes the stream
    };
    /// How fast the client reads.
    enum class Reader : unsigned char {
        keeps_up,
        too_slow,  ///< the queue was dropped; `on_too_slow` is called before the turn ends
        reported,  ///< `on_too_slow` was called: its last messages are sent in spite of the limit
    };
    /// What the peer sends. `backlog_` has bytes in both deferred states.
    enum class Input : unsigned char {
        flowing,
        deferred,      ///< bytes wait for a later turn
        deferred_end,  ///< bytes wait for a later turn, and nothing comes after them
        ended,         ///< the peer sends nothing more
    };

    // The only writers of these states; they assert that the transition is legal.
    /// Returns the state before.
    State enter(State next) noexcept;
    void enter(Reader next) noexcept;
    void enter(Input next) noexcept;
    /// Messages are received and sent.
    [[nodiscard]] bool is_active() const noexcept {
        return state_ == State::open && reader_ != Reader::too_slow;
    }

    /// What came and waits, if for a time, then for its end.
    class Backlog final : public Timeout {
    public:
        Backlog(WebSocketConnection& connection, std::span<const char> bytes)
            : connection_(connection), bytes_(bytes.begin(), bytes.end()) {}

        void append(std::span<const char> bytes) { bytes_.append(bytes.data(), bytes.size()); }
        [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }
        void on_timeout(TimePoint) override { connection_.shared_from_this()->resume(); }

    private:
        WebSocketConnection& connection_;
        std::string bytes_;
    };

    void process(std::span<char> bytes);
    /// For how long to leave the rest, if so: others have their turn after what took long.
    [[nodiscard]] std::optional<Duration> pause_after(std::size_t inflated,
                                                      std::size_t deflated) const;
    void defer_rest(std::span<char> rest, Duration wait);
    void resume();
    void on_event(const WsEvent& event);
    void answer_close(const WsEvent& close);
    void fail(Errc why);
    void check_liveness(TimePoint now);
    [[nodiscard]] bool has_room(std::size_t size) const noexcept;
    /// The peer sends nothing more: sends what is queued, within a bounded time, and closes.
    void finish(int code);

    EventLoop& loop_;
    TcpStream& stream_;
    const ConnectionOptions& options_;
    PingSchedule pings_;
    WsDecoder decoder_;
    std::unique_ptr<Backlog> backlog_;  ///< bytes for a later turn
    State state_ = State::open;
    Reader reader_ = Reader::keeps_up;
    Input input_ = Input::flowing;
};

}  // namespace carillon
