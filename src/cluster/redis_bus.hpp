#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "redis_connection.hpp"

namespace carillon {

/// The scripts that Redis runs; src/cluster/scripts/ has what each does and takes.
enum class Script : std::uint8_t {
    cache_miss,
    channel_info,
    clear_dead_node,
    compare_heads,
    finish_resync,
    list_channels,
    list_members,
    offer_roster,
    publish,
    read_topic,
    register_node,
    renew_lease,
    set_webhook_rules,
    sync_topic,
    take_webhooks,
    unregister_node,
};

/// The name of its file.
[[nodiscard]] std::string_view script_name(Script script) noexcept;

/// Arguments of a script: views, and numbers that it writes out itself.
class Arguments {
public:
    /// What `text` views must live until the call.
    Arguments& add(std::string_view text) {
        views_.push_back(text);
        return *this;
    }
    Arguments& add(std::uint64_t number) {
        owned_.push_back(std::to_string(number));
        return add(owned_.back());
    }
    Arguments& add_owned(std::string text) {
        owned_.push_back(std::move(text));
        return add(owned_.back());
    }

    [[nodiscard]] const std::vector<std::string_view>& views() const noexcept { return views_; }

private:
    std::vector<std::string_view> views_;
    std::deque<std::string> owned_;  ///< which does not move what it holds
};

class RedisBusOwner {
public:
    virtual ~RedisBusOwner() = default;
    /// Both connections lead to the server process `run_id`, which knows the scripts.
    virtual void on_up(std::string_view run_id) = 0;
    /// No answer comes any more to what was asked before. Also a first attempt that failed.
    virtual void on_down(std::string_view why) = 0;
    virtual void on_message(std::string_view topic, std::string_view message) = 0;
    /// A SUBSCRIBE is in effect; they come in the order of the calls.
    virtual void on_subscribed(std::string_view topic) = 0;
    /// A script has failed on what it found in the partition of `prefix`; its caller learns of it
    /// afterwards, by the answer.
    virtual void on_script_error(Script script, std::string_view prefix,
                                 std::string_view error) = 0;
};

/// A shard's way to Redis: one connection that asks and one that listens, which live and die
/// together. Lost ones are made again, after a pause that grows to a second and is never quite the
/// same. An answer that the pipeline cannot go on after (a script that is not known any more, a
/// server that is only a replica or still loads) counts as a loss, so whoever asks finds the same
/// case for both: everything without an answer is to be asked again, in order. An error that a
/// script meets in its data is none of these: it is the answer of that one call.
class RedisBus final : public RedisConnectionOwner {
public:
    using Answer = RedisConnection::Answer;

    struct Target {
        RedisAddress address;
        std::shared_ptr<boost::asio::ssl::context> tls;  ///< null for plain TCP
        std::string server_name;
        Duration timeout{};
    };

    RedisBus(EventLoop& loop, const Target& target, LatencyHistogram& round_trips,
             std::function<std::uint64_t()> random, RedisBusOwner& owner);

    void open();
    void close();
    [[nodiscard]] bool is_up() const noexcept { return up_; }

    /// Only while up. `prefix` is a partition's, and lives as long as the bus. The answer is an
    /// error if the memory of Redis is full, or a key there is not what the script expects: that
    /// costs what the call was about, and nothing else.
    void call(Script script, std::string_view prefix, const Arguments& arguments, Answer answer);
    /// What the server does when its memory is full: `done` gets the name of the policy.
    void ask_memory_policy(std::function<void(std::string_view policy)> done);
    void publish(std::string_view topic, std::string_view message);
    void subscribe(std::string_view topic);
    void unsubscribe(std::string_view topic);

    [[nodiscard]] static bool is_memory_full(std::string_view error) noexcept;
    /// The error is about what a script found, or of the script itself; the connection is good.
    [[nodiscard]] static bool is_of_script(std::string_view error);

    /// Writes what was gathered.
    void flush();
    [[nodiscard]] std::size_t in_flight() const noexcept { return commands_.in_flight(); }
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept {
        return commands_.waits_since();
    }
    /// When Redis last answered.
    [[nodiscard]] TimePoint answered() const noexcept { return answered_; }

    void on_ready(RedisConnection& connection, std::string_view run_id) override;
    void on_push(RedisConnection& connection, const RedisReply& reply) override;
    void on_lost(RedisConnection& connection, std::string_view why) override;

private:
    static constexpr std::size_t script_count = 16;

    void load_scripts();
    void come_up();
    void fail(std::string_view why);
    void open_later();

    EventLoop& loop_;
    std::function<std::uint64_t()> random_;
    RedisBusOwner& owner_;
    RedisConnection commands_;
    RedisConnection subscriptions_;
    boost::asio::steady_timer retry_;
    std::array<std::string, script_count> digests_;
    std::size_t scripts_loaded_ = 0;
    std::string commands_server_;
    std::string subscriptions_server_;
    TimePoint answered_{};
    TimePoint up_since_{};
    unsigned failures_ = 0;
    bool up_ = false;
    bool closed_ = true;
};

}  // namespace carillon
