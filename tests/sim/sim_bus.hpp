#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/cluster/script_bus.hpp"
#include "plan.hpp"
#include "random.hpp"
#include "redis_host.hpp"

namespace carillon::sim {

/// A shard's way to a Redis in memory, which behaves as `RedisBus` does with a real one: a
/// connection that asks and one that listens, made again after a pause when one of them is lost,
/// given up when Redis is silent for longer than the limit.
class SimBus final : public ScriptBus {
public:
    /// Told of what a script returned, at Redis and before the node learns of it, if it ever does.
    using OnExecuted = std::function<void(Script script, const Resp& reply)>;

    /// `deliver`: see `RedisPipe`. `now`: the node's clock.
    SimBus(RedisPath& path, RedisPipe::Deliver deliver, Now now, Random random, const Plan& plan,
           OnExecuted on_executed);
    ~SimBus() override;

    void close() override;
    [[nodiscard]] bool is_up() const noexcept override { return is_up_; }
    void publish(std::string_view subject, std::string_view message) override;
    void subscribe(std::string_view subject) override;
    void unsubscribe(std::string_view subject) override;
    void flush() override {}
    [[nodiscard]] std::size_t in_flight() const noexcept override { return unanswered_.size(); }
    [[nodiscard]] std::optional<TimePoint> waits_since() const noexcept override;
    [[nodiscard]] TimePoint answered() const noexcept override { return answered_; }

    /// To be called every 100 ms: gives up connections that are silent, makes them again.
    void advance();

protected:
    void connect() override;
    void call(Script script, std::string_view prefix, const ScriptArguments& arguments,
              RawAnswer answer) override;

private:
    [[nodiscard]] TimePoint now() const { return now_(); }
    std::shared_ptr<RedisPipe> open_pipe(bool listens);
    void on_ready(bool listens, std::string_view run_id);
    [[nodiscard]] std::string text_of(Script script) const;
    void load_scripts();
    void come_up_if_ready();
    void fail(std::string_view why);
    void retry_later();
    void on_reply(const Resp& reply, const RawAnswer& answer);
    void send(std::vector<std::string> words, RedisPipe::Answer answer);

    RedisPath& path_;
    RedisPipe::Deliver deliver_;
    Now now_;
    Random random_;
    const Duration timeout_;
    const std::uint32_t counts_at_once_;
    OnExecuted on_executed_;
    std::shared_ptr<RedisPipe> commands_;
    std::shared_ptr<RedisPipe> subscriptions_;
    std::array<std::string, script_count> digests_;
    std::size_t scripts_loaded_ = 0;
    std::string commands_server_;
    std::string subscriptions_server_;
    std::deque<TimePoint> unanswered_;  ///< when each was asked
    TimePoint heard_{};                 ///< anything, on the connection for commands
    TimePoint pinged_{};                ///< the one for subscriptions, unless it has answered since
    bool is_pinged_ = false;
    TimePoint answered_{};
    TimePoint up_since_{};
    TimePoint advanced_{};
    std::optional<std::uint64_t> retry_;  ///< which one is to come
    std::uint64_t retries_ = 0;
    unsigned failures_ = 0;
    bool is_up_ = false;
    bool is_closed_ = true;
};

}  // namespace carillon::sim
