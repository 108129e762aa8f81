#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "carillon/base/frame.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/net/tcp_stream.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/websocket/decoder.hpp"

namespace carillon {

/// One WebSocket after its handshake: the codec on a TCP stream, with liveness, the close handshake
/// and the limit on what may wait for a slow reader. What messages mean is up to who derives from
/// it. Source: RFC 6455; wire.md 1.5, 1.6, 1.8.
class WebSocketConnection : public StreamHandler,
                            public Timeout,
                            public std::enable_shared_from_this<WebSocketConnection> {
public:
    /// `options` must outlive the session. `deflates`: permessage-deflate was agreed on.
    WebSocketConnection(EventLoop& loop, TcpStream& stream, const ConnectionOptions& options,
                        bool deflates = false);

    /// Queues `frame`, unless the client reads so slowly that the limit would be passed: then what
    /// waits is dropped, and the connection ends with `on_too_slow`.
    void send(Frame frame);

    /// Sends Close and waits for the peer's, 3 s at most. With 1002, 1003, 1007 and 1009 nothing
    /// that still comes is understood. No more messages either way; `on_closed` is called before it
    /// returns.
    void close(std::uint16_t code, std::string_view reason);

    void on_bytes(std::span<char> bytes) final;
    void on_end() final;
    void on_lost() final;
    void on_timeout(TimePoint now) final;

protected:
    /// A text or binary message.
    virtual void on_message(const WsEvent& message) = 0;
    /// Nothing was heard for too long, not even an answer to a ping. Must close.
    virtual void on_pong_timeout() = 0;
    /// Must close. Not called within `send`, but before the turn ends.
    virtual void on_too_slow() = 0;
    /// The connection is over, for whatever reason. Called exactly once; nothing follows.
    /// `code`: that of whichever Close came first; 1006 if none did.
    virtual void on_closed(int code) = 0;

    [[nodiscard]] EventLoop& loop() noexcept { return loop_; }
    [[nodiscard]] const ConnectionOptions& options() const noexcept { return options_; }

private:
    enum class State : unsigned char {
        open,
        too_slow,    ///< dropped what waited; `on_too_slow` is to come
        closing,     ///< sent Close, waits for the peer's
        discarding,  ///< failed the connection: ignores what comes
        closed,
    };

    void process(std::span<char> bytes);
    void defer_rest(std::span<char> rest);
    void resume();
    void on_event(const WsEvent& event);
    void answer_close(const WsEvent& close);
    void fail(Errc why);
    void check_liveness(TimePoint now);
    [[nodiscard]] bool has_room(std::size_t size) const noexcept;
    /// Nothing more will come from the peer: sends what waits, within a bounded time.
    void finish(int code);
    void report_closed(int code);

    EventLoop& loop_;
    TcpStream& stream_;
    const ConnectionOptions& options_;
    TimePoint last_received_;
    TimePoint pinged_at_{};
    WsDecoder decoder_;
    std::unique_ptr<std::string> backlog_;  ///< what a later turn takes up, if anything
    State state_ = State::open;
    bool awaits_pong_ = false;
    bool was_too_slow_ = false;
    bool closed_is_reported_ = false;
    bool ended_ = false;  ///< nothing will come after the backlog
};

}  // namespace carillon
