#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "carillon/base/frame.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/net/tcp_stream.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

class FallbackSession;

/// The response to one `xhr_streaming` request: one chunk per line, until `finish`. One shard.
/// Source: wire.md 7.5.
class FallbackStream final : public StreamHandler, public Timeout {
public:
    FallbackStream(EventLoop& loop, std::weak_ptr<FallbackSession> session)
        : loop_(loop), session_(std::move(session)) {}

    /// Sends the head and the prelude on `stream`, whose handler this is. `head`: status line and
    /// fields.
    void start(TcpStream& stream, std::string_view head);

    /// Sends `chunk`, which holds a line of `line_bytes` bytes.
    void send(const Frame& chunk, std::size_t line_bytes);
    void send(std::string_view line);
    /// The client has received as much as it accepts per request. It sends a new request then, and
    /// would lose what this one still sent.
    [[nodiscard]] bool full() const noexcept;

    /// Drops the lines that have not been sent. Never drops the head and the prelude.
    void drop_queued();

    /// Sends the last chunk and ends the connection. No further calls to the session.
    void finish();

    [[nodiscard]] TcpStream& stream() noexcept { return *stream_; }

    void on_bytes(std::span<char>) override {}
    void on_end() override;
    void on_lost() override;
    void on_drained() override { head_is_sent_ = true; }
    void on_timeout(TimePoint) override { stream_->close(); }

private:
    void report_lost();

    EventLoop& loop_;
    std::weak_ptr<FallbackSession> session_;
    TcpStream* stream_ = nullptr;
    std::size_t line_bytes_ = 0;
    bool head_is_sent_ = false;  ///< the prelude, too
};

}  // namespace carillon
