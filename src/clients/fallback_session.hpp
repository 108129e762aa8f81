#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/clients/options.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/outbound_queue.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "client.hpp"
#include "fallback_stream.hpp"

namespace carillon {

inline constexpr std::string_view fallback_content_type = "application/javascript; charset=UTF-8";

/// A Pusher client that uses HTTP requests: `xhr_streaming` or `xhr` to receive, `xhr_send` to
/// send. Messages are queued until the next receive request, within the limit of a WebSocket's
/// queue
/// (`max_queued_bytes`). One shard. Source: wire.md 7.3 … 7.6.
///
/// At most one receive request is attached at a time, a poll or a stream. Without one the session
/// ends after 5 s. Once closed, it keeps its close line for 5 s for the next receive request.
class FallbackSession final : public Client,
                              public Timeout,
                              public std::enable_shared_from_this<FallbackSession> {
public:
    /// `forget` is called when the session can be removed: it is over and its close line was
    /// fetched, or the client did not return for it.
    FallbackSession(EventLoop& loop, const ConnectionOptions& options, ShardMetrics& metrics,
                    std::function<void()> forget);

    /// A receive request, which replaces the one before. `head`: status line and fields.
    void poll(const HttpReply& reply, std::vector<HttpField> fields);
    void stream(const HttpReply& reply, std::string_view head);

    /// Handles the body of an `xhr_send`. Calls `answer` with the HTTP status of its response: 204,
    /// 404 (the session is closed), 413 or 500 (not the JSON of messages). It does so once all
    /// messages are handled, which is later if the client has to wait.
    void on_xhr_send(std::string_view body, std::function<void(int status)> answer);

    void send(OutboundMessage& message) override;
    void end(const Error& why) override;
    [[nodiscard]] std::string_view transport() const noexcept override { return transport_; }

    void on_timeout(TimePoint now) override;
    void on_receiver_lost(const FallbackStream& stream);

private:
    struct Poll {
        std::uint64_t id;
        HttpReply reply;
        std::vector<HttpField> fields;
    };

    /// The messages of one `xhr_send`.
    struct Sent {
        std::vector<std::string> messages;
        std::size_t next = 0;
        std::function<void(int status)> answer;
    };

    /// What the client has sent and waits to be passed on, for a time.
    class Backlog final : public Timeout {
    public:
        explicit Backlog(FallbackSession& session) : session_(session) {}
        void on_timeout(TimePoint) override { session_.shared_from_this()->pass_on_sent(); }

        std::deque<Sent> sent;
        std::size_t bytes = 0;

    private:
        FallbackSession& session_;
    };

    void close(int code, std::string_view reason) override;

    void pass_on_sent();
    /// Gives up on what waits.
    void answer_sent(int status);

    void attached();
    /// Ends the attached receive request, if any.
    void detach();
    void on_poll_lost(std::uint64_t id);
    void answer_poll(std::string lines);

    /// Answers a heartbeat of the client.
    void acknowledge();
    void write(std::string_view line);
    void flush_later();
    void flush();
    /// Takes whole lines off the queue: at least one, then as many as fit into `bytes_max`.
    [[nodiscard]] std::string take_lines(std::size_t bytes_max);
    [[nodiscard]] bool streams_at_once() const noexcept;
    [[nodiscard]] bool has_room(std::size_t size) const noexcept;
    void drop_as_too_slow();

    void schedule_check();
    [[nodiscard]] TimePoint next_check() const noexcept;
    [[nodiscard]] TimePoint next_heartbeat() const noexcept;
    [[nodiscard]] std::chrono::seconds silence_max() const noexcept;

    [[nodiscard]] bool has_receiver() const noexcept { return poll_ || stream_; }
    [[nodiscard]] bool is_closed() const noexcept { return !close_line_.empty(); }

    EventLoop& loop_;
    const ConnectionOptions& options_;
    std::function<void()> forget_;
    std::string_view transport_;
    std::optional<Poll> poll_;
    std::uint64_t polls_ = 0;
    std::shared_ptr<FallbackStream> stream_;
    OutboundQueue queue_;     ///< lines, not yet in chunks
    std::string close_line_;  ///< empty: the session is open
    TimePoint closed_since_{};
    TimePoint last_received_;
    TimePoint last_written_;
    TimePoint last_heartbeat_{};
    TimePoint receiverless_since_;      ///< end of the last receive request
    std::unique_ptr<Backlog> backlog_;  ///< null if nothing waits
    bool too_slow_ = false;
    bool flush_is_due_ = false;
};

}  // namespace carillon
