#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "carillon/channels/channel_shard.hpp"
#include "carillon/channels/connection.hpp"

namespace carillon::test {

/// Several shards of the domain without threads: their messages wait in one queue per
/// pair, and the test decides which queue moves next.
class ShardWorld {
public:
    /// `budget`: the edges take themselves for those of a cluster's node.
    explicit ShardWorld(std::uint16_t shards, std::uint64_t seed = 1,
                        PublishBudget* budget = nullptr);

    [[nodiscard]] ChannelShard& shard(std::uint16_t number) { return *shards_[number]; }
    [[nodiscard]] std::uint16_t size() const { return static_cast<std::uint16_t>(shards_.size()); }
    [[nodiscard]] const ShardMetrics& metrics(std::uint16_t number) { return metrics_[number]; }
    [[nodiscard]] std::mt19937_64& random() { return random_; }

    /// Delivers one waiting message, of a pair chosen at random. False if none waits.
    bool step();
    /// Until nothing waits; each shard then ends its turn.
    void settle();
    [[nodiscard]] TimePoint now() const { return now_; }
    /// Time passes, and what is due by it happens.
    void pass(Duration time);
    /// The same, but what a turn has no time for remains.
    void pass_at_once(Duration time);
    /// The same, with the world settled after each thing that is due, before more time passes.
    void pass_step_by_step(Duration time);
    /// Whether a fan-out finds its turn expired, asked after each subscriber. Never, unless set.
    std::function<bool()> turn_expires = [] { return false; };
    /// Makes every home's inbox full, as its senders see it.
    void set_full(bool full) { full_ = full; }

    /// Bytes that wait behind fan-outs, as the shards' mail knows it.
    [[nodiscard]] std::ptrdiff_t waiting_bytes() const { return waiting_bytes_; }

    /// The webhooks of all shards.
    std::vector<WebhookEvent> webhooks;

    /// Called for each message that reaches another shard, before that shard sees it.
    std::function<void(ShardId from, const ShardMessage&)> on_delivery = [](auto, const auto&) {};

private:
    class Mail final : public ShardMail {
    public:
        Mail(ShardWorld& world, ShardId self) : world_(world), self_(self) {}
        void post(ShardId to, ShardMessage&& message) override {
            world_.queues_[{self_, to}].push_back(std::move(message));
        }
        void add_waiting(std::ptrdiff_t bytes) override { world_.waiting_bytes_ += bytes; }
        [[nodiscard]] bool is_full(ShardId) const override { return world_.full_; }
        [[nodiscard]] bool is_busy(ShardId) const override { return world_.full_; }

    private:
        ShardWorld& world_;
        ShardId self_;
    };

    class Webhooks final : public WebhookQueue {
    public:
        explicit Webhooks(ShardWorld& world) : world_(world) {}
        void push(WebhookEvent event) override { world_.webhooks.push_back(std::move(event)); }

    private:
        ShardWorld& world_;
    };

    Webhooks queue_{*this};
    TimePoint now_{std::chrono::hours(1)};
    std::mt19937_64 random_;
    bool full_ = false;
    std::ptrdiff_t waiting_bytes_ = 0;
    std::map<std::pair<ShardId, ShardId>, std::deque<ShardMessage>> queues_;
    std::vector<std::unique_ptr<Mail>> mails_;
    std::deque<ShardMetrics> metrics_;
    std::vector<std::unique_ptr<ChannelShard>> shards_;
};

/// The message, if it is of that kind; otherwise null.
template <class Kind>
[[nodiscard]] const Kind* message_if(const ShardMessage& message) {
    return std::visit(
        [](const auto& either) {
            return std::visit(
                [](const auto& held) -> const Kind* {
                    if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Kind>) return &held;
                    return nullptr;
                },
                either);
        },
        message);
}

/// An app with key "key" and secret "secret".
[[nodiscard]] std::shared_ptr<App> make_app(std::string id = "app");

/// A client without a transport: what it was sent waits in `received`, parsed.
class TestClient final : public ConnectionSink {
public:
    TestClient(ShardWorld& world, std::uint16_t shard, std::shared_ptr<const App> app);

    void send(OutboundMessage& message) override;
    void end(const Error& why) override {
        ended = why.code;
        on_end();
    }

    void send_message(const nlohmann::json& message);
    void subscribe(const std::string& channel);
    /// Signed; with `channel_data` on presence channels.
    void subscribe_signed(const std::string& channel, const std::string& channel_data = "");
    void join(const std::string& channel, const std::string& user_id);
    void unsubscribe(const std::string& channel);
    void client_event(const std::string& channel, const std::string& event,
                      const nlohmann::json& data);
    void sign_in(const std::string& user_id, const std::vector<std::string>& watchlist = {});

    /// Takes what was received since the last call.
    std::vector<nlohmann::json> take() { return std::exchange(received, {}); }
    /// The names of the events received since the last call.
    std::vector<std::string> take_names();

    std::function<void(const nlohmann::json&)> on_message = [](const auto&) {};
    std::function<void()> on_end = [] {};
    std::vector<nlohmann::json> received;
    std::optional<Errc> ended;
    std::uint16_t shard;
    Connection connection;
};

}  // namespace carillon::test
