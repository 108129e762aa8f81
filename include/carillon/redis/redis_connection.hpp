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

/// Who uses a connection to Redis. From any of these calls, and from an answer, the connection may
/// be closed, opened or destroyed.
class RedisConnectionOwner {
public:
    virtual ~RedisConnectionOwner() = default;
    /// Connected, authenticated, the database selected. `run_id` is the server process's own: it
    /// holds for as long as the connection does.
    virtual void on_ready(RedisConnection& connection, std::string_view run_id) = 0;
    /// What nobody has asked for: messages and confirmations of a connection that subscribes.
    virtual void on_push(RedisConnection& connection, const RedisReply& reply) = 0;
    /// Also an attempt to connect that failed. Commands without an answer have none to come;
    /// whether they were carried out is not known. `why` holds no secret.
    virtual void on_lost(RedisConnection& connection, std::string_view why) = 0;
};

/// One connection to one Redis server, TLS included: commands out in order, answers back in the
/// same order (RESP2). Connects once for each `open`; who owns it decides when to try again. Lost
/// when the socket is, when connecting takes too long, or when an answer does; a PING while it is
/// idle makes sure that there is one to wait for. One shard.
class RedisConnection {
public:
    using Answer = std::function<void(const RedisReply& reply)>;
    /// On one for subscriptions nothing is waited for: whatever comes is pushed, in order. An error
    /// there, say of a SUBSCRIBE that is not allowed, loses the connection.
    enum class Kind : std::uint8_t { commands, subscriptions };

    /// `tls`: null if, and only if, the address is one of plain TCP. `tls_server_name`: "" for the
    /// address' host. `timeout` bounds connecting as a whole, and silence: a server that
    /// answers one thing after the other may be slow. `loop` and `owner` must outlive the
    /// connection.
    RedisConnection(EventLoop& loop, const RedisAddress& address,
                    std::shared_ptr<boost::asio::ssl::context> tls, std::string tls_server_name,
                    Duration timeout, Kind kind, RedisConnectionOwner& owner);
    /// As `close`.
    ~RedisConnection();
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    /// Begins to connect; `on_ready` or `on_lost` follows, later. One that is open is closed first.
    void open();
    /// Drops everything. No call-back comes after it.
    void close();

    /// Queues a command, for the next `flush`. `answer` may be null, and must be on a connection
    /// for subscriptions. Only while `is_ready`. How much waits is for the owner to bound.
    void send(std::span<const std::string_view> arguments, Answer answer);
    /// Writes what is queued. While a write is under way more gathers, and goes when it has ended.
    void flush();

    [[nodiscard]] bool is_ready() const noexcept;
    /// Commands whose answer is still to come.
    [[nodiscard]] std::size_t in_flight() const noexcept;
    /// When the oldest of these was sent, if there is any.
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept;
    /// Queued, or in a write that has not ended.
    [[nodiscard]] std::size_t bytes_waiting() const noexcept;

    /// Has `round_trips` count the time from `send` to the answer, of commands that have an
    /// `Answer`.
    void measure(LatencyHistogram& round_trips) noexcept { round_trips_ = &round_trips; }

private:
    class Link;

    EventLoop& loop_;
    RedisAddress address_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    std::string tls_server_name_;
    Duration timeout_;
    Kind kind_;
    RedisConnectionOwner& owner_;
    LatencyHistogram* round_trips_ = nullptr;
    std::shared_ptr<Link> link_;
};

}  // namespace carillon
