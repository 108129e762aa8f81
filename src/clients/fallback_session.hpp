#pragma once

#include <chrono>
#include <cstdint>
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

/// A Pusher client that comes by HTTP requests: `xhr_streaming` or `xhr` to receive, `xhr_send` to
/// send. What cannot be delivered waits for the next receive request, within the same limit as what
/// waits for a WebSocket. Source: wire.md 7.3 … 7.6.
class FallbackSession final : public Client,
                              public Timeout,
                              public std::enable_shared_from_this<FallbackSession> {
public:
    /// `forget` is called when the session is over and nobody needs to be told any more.
    FallbackSession(EventLoop& loop, const ConnectionOptions& options, ShardMetrics& metrics,
                    std::function<void()> forget);

    /// A receive request: takes the place of the one before.
    void poll(const HttpReply& reply, std::vector<HttpField> fields);
    void stream(const HttpReply& reply, std::string_view head);

    /// The body of an `xhr_send`. Returns the HTTP status of its answer.
    [[nodiscard]] int on_xhr_send(std::string_view body);

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

    void close(int code, std::string_view reason) override;

    void attached();
    /// Ends the receive request that is attached, if one is.
    void detach();
    void on_poll_lost(std::uint64_t id);
    void answer_poll(std::string lines);

    /// Answers the client's own sign of life.
    void acknowledge();
    void write(std::string_view line);
    void flush_later();
    void flush();
    /// Whole lines off the queue: at least one, then as many as fit.
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
    OutboundQueue queue_;     ///< lines
    std::string close_line_;  ///< the close line, once it is over
    TimePoint closed_since_{};
    TimePoint last_received_;
    TimePoint last_written_;
    TimePoint last_heartbeat_{};
    TimePoint receiverless_since_;  ///< when the last receive request ended
    bool too_slow_ = false;
    bool flush_is_due_ = false;
};

}  // namespace carillon
