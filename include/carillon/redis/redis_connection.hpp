#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/base/time.hpp"
#include "carillon/metrics/latency_histogram.hpp"
#include "carillon/redis/redis_address.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace boost::asio::ssl {
class context;
}

namespace carillon {

class RedisConnection;
class RedisReply;

/// The observer of a connection to Redis. It may close, open or destroy the connection in any of
/// these calls, and in an answer.
class RedisConnectionObserver {
public:
    virtual ~RedisConnectionObserver() = default;
    /// Connected, authenticated, the database selected. `run_id`: of the server process, which
    /// stays the same for as long as the connection lasts.
    virtual void on_ready(RedisConnection& connection, std::string_view run_id) = 0;
    /// A message or a confirmation, on a connection for subscriptions.
    virtual void on_push(RedisConnection& connection, const RedisReply& reply) = 0;
    /// The connection is lost, or an attempt to connect has failed. Unanswered commands stay so;
    /// whether they were carried out is not known. `why` holds no secret.
    virtual void on_lost(RedisConnection& connection, std::string_view why) = 0;
};

/// One connection to one Redis server, with or without TLS: commands out in order, answers back in
/// the same order (RESP2). Connects once for each `open`; the observer decides when to try again.
/// It is lost when the socket is, or when connecting or an answer takes too long; while it is idle,
/// a PING ensures that there is an answer to wait for. One shard.
class RedisConnection {
public:
    using Answer = std::function<void(const RedisReply& reply)>;
    /// On a connection for subscriptions no answer is expected: all that arrives is pushed, in
    /// order. An error there, for example of a SUBSCRIBE that is not permitted, loses the
    /// connection.
    enum class Kind : std::uint8_t { commands, subscriptions };

    /// `tls`: null if, and only if, the address is one of plain TCP. `tls_server_name`: "" for the
    /// address' host. `timeout` limits connecting as a whole, and silence; a server that keeps
    /// answering may be slow. `loop` and `observer` must outlive the connection.
    RedisConnection(EventLoop& loop, const RedisAddress& address,
                    std::shared_ptr<boost::asio::ssl::context> tls, std::string tls_server_name,
                    Duration timeout, Kind kind, RedisConnectionObserver& observer);
    /// As `close`.
    ~RedisConnection();
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    /// As for the constructor, from the next `open` on.
    void set_target(const RedisAddress& address, std::shared_ptr<boost::asio::ssl::context> tls,
                    std::string tls_server_name);

    /// Begins to connect; `on_ready` or `on_lost` follows later. An open connection is closed
    /// first.
    void open();
    /// Drops everything. Nothing is called afterwards.
    void close();

    /// Queues a command for the next `flush`. `answer` may be null; on a connection for
    /// subscriptions it must be. Only while `is_ready`. The observer limits how much is queued.
    void send(std::span<const std::string_view> arguments, Answer answer);
    /// Writes what is queued. What is queued during a write follows when it has ended.
    void flush();

    [[nodiscard]] bool is_ready() const noexcept;
    /// Commands without an answer.
    [[nodiscard]] std::size_t in_flight() const noexcept;
    /// When the oldest of these was sent.
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept;
    /// Queued, or in a write that has not ended.
    [[nodiscard]] std::size_t bytes_waiting() const noexcept;

    /// Adds to `round_trips` the time from `send` to the answer of each command with an `Answer`.
    void measure(LatencyHistogram& round_trips) noexcept { round_trips_ = &round_trips; }

private:
    class Link;

    EventLoop& loop_;
    RedisAddress address_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    std::string tls_server_name_;
    Duration timeout_;
    Kind kind_;
    RedisConnectionObserver& observer_;
    LatencyHistogram* round_trips_ = nullptr;
    std::shared_ptr<Link> link_;
};

}  // namespace carillon
