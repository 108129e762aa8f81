#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"
#include "redis_twin.hpp"
#include "virtual_time.hpp"

namespace carillon::sim {

class RedisPipe;

/// The machine that Redis runs on: its process may be down, hold still, be replaced; its clock may
/// step. Whatever it gets while it holds still waits, in order.
class RedisHost {
public:
    RedisHost(VirtualTime& time, std::uint64_t seed);

    [[nodiscard]] bool is_up() const noexcept { return is_up_; }
    [[nodiscard]] RedisTwin& twin() noexcept { return twin_; }
    [[nodiscard]] VirtualTime& time() noexcept { return time_; }

    /// Does `work` in this process, once it runs; never, if it ends before.
    void enter(Work work);

    void pause();
    void resume();
    /// All connections end.
    void stop();
    /// Another process, with this data.
    void start(Keyspace data);
    void step_clock(std::int64_t us) { clock_offset_us_ += us; }

private:
    friend class RedisPipe;

    VirtualTime& time_;
    std::int64_t clock_offset_us_ = 0;
    RedisTwin twin_;
    bool is_up_ = true;
    bool is_paused_ = false;
    std::uint64_t process_ = 0;
    std::vector<Work> waiting_;
    std::vector<RedisPipe*> pipes_;  ///< that are open here, oldest first
};

/// What lies between a node and Redis.
class RedisPath {
public:
    RedisPath(RedisHost& leads_to, Random stream) : host(leads_to), random(std::move(stream)) {}

    /// Ends all connections, and lets no other be made until it heals.
    void cut();
    /// Ends all connections, and lets others be made at once.
    void drop();
    /// What is sent stays on the way until it heals.
    void stall();
    void heal();
    void set_delay(Duration least, Duration most) { delay_least = least, delay_most = most; }
    [[nodiscard]] Duration delay() { return random.between(delay_least, delay_most); }

    RedisHost& host;
    Random random;
    Duration delay_least = std::chrono::microseconds(50);
    Duration delay_most = std::chrono::milliseconds(2);
    double loss = 0;  ///< of the messages of subscriptions, which nobody repeats
    bool is_cut = false;
    bool is_stalled = false;

private:
    friend class RedisPipe;
    void arrive(Work work);

    std::vector<std::shared_ptr<RedisPipe>> pipes_;  ///< whose clients have not closed them
    std::vector<Work> held_;                         ///< while it is stalled, in order
};

/// One TCP connection to Redis: what is sent on it arrives in order, after a delay, or not at all.
/// The two ends learn of its end at different times: what a client sent before it gave up may still
/// be carried out, long after.
class RedisPipe final : private Subscriber, public std::enable_shared_from_this<RedisPipe> {
public:
    using Answer = std::function<void(const Resp& reply)>;
    struct Events {
        std::function<void(std::string_view run_id)> on_ready;
        std::function<void(std::string_view channel)> on_subscribed;
        std::function<void(std::string_view channel, std::string_view message)> on_message;
        std::function<void(std::string_view why)> on_lost;
    };
    /// `deliver` carries what happens to the client's process, which may be frozen.
    using Deliver = std::function<void(Work)>;

    /// Begins to connect.
    static std::shared_ptr<RedisPipe> open(RedisPath& path, Deliver deliver, Events events);
    ~RedisPipe() override;

    /// `on_executed` is told of the reply where it is made, whether it arrives or not.
    void send(std::vector<std::string> words, Answer answer, Answer on_executed = nullptr);
    void subscribe(std::string channel);
    void unsubscribe(std::string channel);
    /// By the client: no event comes any more.
    void close();
    /// By what lies between: the client learns of it, the server some other time.
    void lose();

private:
    friend class RedisHost;
    friend class RedisPath;

    RedisPipe(RedisPath& path, Deliver deliver, Events events)
        : path_(path), deliver_(std::move(deliver)), events_(std::move(events)) {}

    /// Does `work` at the server, after what was sent before.
    void to_server(Work work);
    /// What was sent to this process of the server has come.
    void reach(std::uint64_t process, const Work& work);
    /// Does `work` in the client's process, as long as it has not closed.
    void to_client(Work work);
    void on_message(std::string_view channel, std::string_view message) override;
    void connect();
    void end_at_server();
    void release();
    /// The client is about to give it up: what it has sent may come late, after what it sends on
    /// its next connection.
    void become_late();

    RedisPath& path_;
    Deliver deliver_;
    Events events_;
    bool is_open_ = true;       ///< the client's end
    bool is_listening_ = true;  ///< the client has not closed it
    bool is_open_at_server_ = false;
    bool is_late_ = false;
    TimePoint late_until_ =
        TimePoint::max();  ///< nothing reaches the server before, once it is late
    TimePoint last_to_server_{};
    TimePoint last_to_client_{};
};

}  // namespace carillon::sim
