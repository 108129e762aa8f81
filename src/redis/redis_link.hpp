#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <initializer_list>
#include <optional>
#include <vector>

#include "carillon/redis/redis_connection.hpp"
#include "redis_parser.hpp"
#include "redis_reply.hpp"
#include "redis_stream.hpp"

namespace carillon {

/// One socket of a RedisConnection, from `open` to its end. Operations under way keep it alive.
/// Once it is abandoned it has no connection any more, and their completions do nothing: so an old
/// socket cannot be mistaken for its successor.
class RedisConnection::Link : public std::enable_shared_from_this<Link> {
public:
    explicit Link(RedisConnection& connection);

    void start();
    void abandon();

    void send(std::span<const std::string_view> arguments, Answer answer);
    void flush();

    [[nodiscard]] bool is_ready() const noexcept { return ready_; }
    [[nodiscard]] std::size_t in_flight() const noexcept { return waiting_.size(); }
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept {
        if (waiting_.empty()) return std::nullopt;
        return waiting_.front().since;
    }
    [[nodiscard]] std::size_t bytes_waiting() const noexcept {
        return gathered_.size() + writing_.size();
    }

private:
    struct Waiting {
        Answer answer;
        TimePoint since;
    };

    [[nodiscard]] bool is_abandoned() const noexcept { return connection_ == nullptr; }
    void fail(std::string_view why);

    static boost::asio::awaitable<void> connect(std::shared_ptr<Link> self);
    void introduce();
    void ask(std::initializer_list<std::string_view> command);
    void on_server_info(const RedisReply& info);

    void append(std::span<const std::string_view> arguments);
    void on_written(const boost::system::error_code& error);
    void read();
    void on_read(const boost::system::error_code& error, std::size_t count);
    void dispatch(const RedisReply& reply);
    void answer_oldest(const RedisReply& reply);
    void push(const RedisReply& reply);

    void wake_at(TimePoint when);
    void watch();
    void check(TimePoint due);
    void ping();
    [[nodiscard]] std::optional<TimePoint> unanswered_since() const noexcept;

    RedisConnection* connection_;
    EventLoop& loop_;
    const Duration timeout_;
    const Kind kind_;
    RedisStream stream_;
    RedisParser parser_;
    boost::asio::steady_timer timer_;
    bool ready_ = false;

    std::string gathered_;
    std::string writing_;
    std::deque<Waiting> waiting_;
    std::vector<const char*> argument_texts_;  // Kept for their memory.
    std::vector<std::size_t> argument_sizes_;

    TimePoint last_received_{};
    /// On a connection for subscriptions, if nothing arrived since.
    std::optional<TimePoint> ping_sent_;
    std::array<char, 65536> in_;
};

}  // namespace carillon
