#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carillon/redis/redis_connection.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "redis_reply.hpp"

namespace carillon::test {

class RedisClient;

/// An event loop that a test turns by hand, with clients that are flushed at the end of each turn.
class HandTurnedLoop {
public:
    [[nodiscard]] EventLoop& get() noexcept { return loop_; }
    /// False if `condition` has not come true while the test is patient.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition);

private:
    friend class RedisClient;
    ShardMetrics metrics_;
    EventLoop loop_{metrics_};
    std::vector<RedisClient*> clients_;
};

struct RedisClientOptions {
    RedisConnection::Kind kind = RedisConnection::Kind::commands;
    Duration timeout = std::chrono::seconds(20);
    std::shared_ptr<boost::asio::ssl::context> tls = {};
    std::string tls_server_name = {};
};

/// A connection, and what its owner is told.
class RedisClient : public RedisConnectionObserver {
public:
    RedisClient(HandTurnedLoop& loop, const std::string& url, RedisClientOptions options = {});
    ~RedisClient() override;

    /// Tries until it is ready, and forgets what was lost on the way.
    [[nodiscard]] bool open();
    /// Tries once. Why there is no connection; "" if there is one.
    [[nodiscard]] std::string try_to_open();
    void send(std::initializer_list<std::string_view> command,
              RedisConnection::Answer answer = nullptr);
    /// Sends, waits, and returns the text or the number that comes; nothing if none does.
    [[nodiscard]] std::optional<std::string> ask(std::initializer_list<std::string_view> command);
    /// Sends a command to which the answer is a push.
    [[nodiscard]] bool subscribe(std::initializer_list<std::string_view> command);

    std::unique_ptr<RedisConnection> connection;
    std::vector<std::string> run_ids;
    std::vector<std::vector<std::string>> pushes;
    std::vector<std::string> losses;
    /// Called last, when it is told so.
    std::function<void()> at_ready = [] {};
    std::function<void()> at_push = [] {};
    std::function<void()> at_lost = [] {};

private:
    void on_ready(RedisConnection& connection, std::string_view run_id) override;
    void on_push(RedisConnection& connection, const RedisReply& reply) override;
    void on_lost(RedisConnection& connection, std::string_view why) override;

    HandTurnedLoop& loop_;
};

/// A string as it is, a number in decimal.
[[nodiscard]] std::string text_of(const RedisReply& reply);

}  // namespace carillon::test
