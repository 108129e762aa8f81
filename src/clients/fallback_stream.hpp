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

/// One answer to `xhr_streaming`: lines as chunks, without an end as long as nobody asks for one.
/// Source: wire.md 7.5.
class FallbackStream final : public StreamHandler, public Timeout {
public:
    FallbackStream(EventLoop& loop, std::weak_ptr<FallbackSession> session)
        : loop_(loop), session_(std::move(session)) {}

    /// `stream` is handled by this from now on. `head`: status line and header.
    void start(TcpStream& stream, std::string_view head);

    /// `chunk` holds a line of `line_bytes` bytes.
    void send(const Frame& chunk, std::size_t line_bytes);
    void send(std::string_view line);
    /// The client has had as much as it takes before it asks anew: not a byte more.
    [[nodiscard]] bool full() const noexcept;

    /// Forgets lines that have not left; there is room for others then. What the answer begins with
    /// is never forgotten.
    void drop_queued();

    /// The last chunk, and the end of the connection. The session has nothing to do with it then.
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
    bool head_is_sent_ = false;  ///< status line, header and prelude have left
};

}  // namespace carillon
