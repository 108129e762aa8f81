// What the domain costs a delivery, from a trigger to the subscriber's sink, without a socket.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "carillon/channels/channel_shard.hpp"
#include "carillon/channels/connection.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {
namespace {

class NoWebhooks final : public WebhookQueue {
public:
    void push(WebhookEvent) override {}
};

class NoMail final : public ShardMail {
public:
    void post(ShardId, ShardMessage&&) override {}
    void add_waiting(std::ptrdiff_t) override {}
    [[nodiscard]] bool is_full(ShardId) const override { return false; }
    [[nodiscard]] bool is_busy(ShardId) const override { return false; }
};

/// Takes a reference to the frame, as a session's queue does.
class Subscriber final : public ConnectionSink {
public:
    Subscriber(ChannelShard& shard, const std::shared_ptr<const App>& app)
        : connection(shard, *this, app, 120) {
        connection.on_text(R"({"event":"pusher:subscribe","data":{"channel":"news"}})");
    }
    void send(OutboundMessage& message) override { queued = message.websocket(); }
    void end(const Error&) override {}

    Frame queued;
    Connection connection;
};

void fan_out(benchmark::State& state) {
    NoMail mail;
    std::uint64_t number = 0;
    ShardMetrics metrics;
    NoWebhooks webhooks;
    ChannelShard shard(
        ShardId{0}, 1, mail, [&] { return number += 0x100000001U; }, [] { return TimePoint{}; },
        metrics, webhooks);
    const auto app = std::make_shared<App>();
    std::vector<std::unique_ptr<Subscriber>> subscribers;
    for (int i = 0; i < state.range(0); ++i) {
        subscribers.push_back(std::make_unique<Subscriber>(shard, app));
    }
    const auto channel = ChannelName::parse("news", app->limits);
    const auto name = scan_json("\"event\"");
    const std::string data = "\"" + std::string(128, 'x') + "\"";
    const auto text = scan_json(data);
    for (auto _ : state) {
        static_cast<void>(
            shard.publish(*app, {{*channel, channel_event("news", *name, *text), {}}}, [] {}));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fan_out)->Arg(1)->Arg(10)->Arg(1000);

void subscribe_and_leave(benchmark::State& state) {
    NoMail mail;
    std::uint64_t number = 0;
    ShardMetrics metrics;
    NoWebhooks webhooks;
    ChannelShard shard(
        ShardId{0}, 1, mail, [&] { return number += 0x100000001U; }, [] { return TimePoint{}; },
        metrics, webhooks);
    const auto app = std::make_shared<App>();
    for (auto _ : state) Subscriber(shard, app);
}
BENCHMARK(subscribe_and_leave);

}  // namespace
}  // namespace carillon
