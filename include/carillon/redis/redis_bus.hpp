#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/base/time.hpp"
#include "carillon/cluster/script_bus.hpp"
#include "carillon/redis/reconnect_delay.hpp"
#include "carillon/redis/redis_connection.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/timer.hpp"

namespace carillon {

/// The bus over a Redis server: one connection for commands and one for subscriptions, which live
/// and die together. Lost ones are made again after a `ReconnectDelay`. An
/// error after which the pipeline cannot go on (a script that the server does not know, a server
/// that is only a replica or still loads) counts as a loss, so the observer has one case for both.
/// An error that a script meets in its data is the answer of that one call.
class RedisBus final : public ScriptBus, private RedisConnectionObserver {
public:
    struct Target {
        RedisAddress address;
        std::shared_ptr<boost::asio::ssl::context> tls;  ///< null for plain TCP
        std::string server_name;
        Duration timeout{};
    };

    /// `loop` and `round_trips` must outlive this. `random`: for the jitter.
    RedisBus(EventLoop& loop, const Target& target, LatencyHistogram& round_trips,
             std::function<std::uint64_t()> random);

    /// For the next connection. The time-out stays.
    void set_target(const Target& target);

    void close() override;
    [[nodiscard]] bool is_up() const noexcept override { return up_; }
    void publish(std::string_view subject, std::string_view message) override;
    void subscribe(std::string_view subject) override;
    void unsubscribe(std::string_view subject) override;
    void flush() override;
    [[nodiscard]] std::size_t in_flight() const noexcept override { return commands_.in_flight(); }
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept override {
        return commands_.waits_since();
    }
    [[nodiscard]] TimePoint answered() const noexcept override { return answered_; }

    /// Only while up. What the server does when its memory is full: `done` gets the policy's name.
    void ask_memory_policy(std::function<void(std::string_view policy)> done);

    [[nodiscard]] static bool is_memory_full(std::string_view error) noexcept;
    /// The error is about what a script found, or of the script itself; the connection is good.
    [[nodiscard]] static bool is_of_script(std::string_view error);

private:
    void connect() override;
    void call(Script script, std::string_view prefix, const ScriptArguments& arguments,
              RawAnswer answer) override;

    void on_ready(RedisConnection& connection, std::string_view run_id) override;
    void on_push(RedisConnection& connection, const RedisReply& reply) override;
    void on_lost(RedisConnection& connection, std::string_view why) override;

    void open_connections();
    void load_scripts();
    void come_up();
    void fail(std::string_view why);
    void open_later();

    EventLoop& loop_;
    std::function<std::uint64_t()> random_;
    RedisConnection commands_;
    RedisConnection subscriptions_;
    Timer retry_;
    std::array<std::string, script_count> digests_;
    std::size_t scripts_loaded_ = 0;
    std::string commands_server_;
    std::string subscriptions_server_;
    TimePoint answered_{};
    TimePoint up_since_{};
    ReconnectDelay reconnect_delay_;
    bool up_ = false;
    bool closed_ = true;
};

}  // namespace carillon
