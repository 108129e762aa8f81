#include "shard_world.hpp"

#include <algorithm>

#include "carillon/auth/subscription_token.hpp"

namespace carillon::test {

using nlohmann::json;

ShardWorld::ShardWorld(std::uint16_t shards, std::uint64_t seed, PublishBudget* budget)
    : random_(seed) {
    for (std::uint16_t i = 0; i < shards; ++i) {
        mails_.push_back(std::make_unique<Mail>(*this, static_cast<ShardId>(i)));
        shards_.push_back(std::make_unique<ChannelShard>(
            static_cast<ShardId>(i), shards, *mails_.back(), [this] { return random_(); },
            [this] { return now_; }, metrics_.emplace_back(), queue_,
            HomeFactory{.make_home = {}, .budget = budget}));
        shards_.back()->edge_channels().slice_fan_outs([this] { return turn_expires(); }, 1);
    }
}

bool ShardWorld::step() {
    shards_[random_() % shards_.size()]->edge_channels().continue_unfinished();
    std::vector<std::pair<ShardId, ShardId>> waiting;
    for (const auto& [pair, queue] : queues_) {
        if (!queue.empty()) waiting.push_back(pair);
    }
    if (waiting.empty()) return false;
    const auto [from, to] = waiting[random_() % waiting.size()];
    ShardMessage message = std::move(queues_[{from, to}].front());
    queues_[{from, to}].pop_front();
    on_delivery(from, message);
    shards_[static_cast<std::size_t>(to)]->receive(from, std::move(message));
    return true;
}

void ShardWorld::settle() {
    bool busy = true;
    while (busy) {
        while (step()) {
        }
        busy = false;
        for (const auto& shard : shards_) {
            EdgeChannels& edge = shard->edge_channels();
            busy =
                busy || shard->has_pending_changes() || edge.has_retired() || edge.has_unfinished();
            edge.continue_departures();
            edge.continue_unfinished();
            shard->end_turn();
        }
    }
}

void ShardWorld::pass(Duration time) {
    now_ += time;
    for (const auto& shard : shards_) {
        for (auto due = shard->next_due(); due && *due <= now_; due = shard->next_due()) {
            shard->advance();
        }
    }
}

void ShardWorld::pass_at_once(Duration time) {
    now_ += time;
    for (const auto& shard : shards_) shard->advance();
}

void ShardWorld::pass_step_by_step(Duration time) {
    const TimePoint end = now_ + time;
    for (;;) {
        std::optional<TimePoint> next;
        for (const auto& shard : shards_) {
            const auto due = shard->next_due();
            if (due && (!next || *due < *next)) next = due;
        }
        if (!next || *next > end) break;
        pass(std::max(*next - now_, Duration{}));
        settle();
    }
    pass(end - now_);
}

std::shared_ptr<App> make_app(std::string id) {
    static std::uint32_t last_index = 0;
    auto app = std::make_shared<App>();
    app->id = AppId(std::move(id));
    app->index = static_cast<AppIndex>(last_index++ % 4);
    app->credentials.push_back({"key", "secret"});
    return app;
}

TestClient::TestClient(ShardWorld& world, std::uint16_t number, std::shared_ptr<const App> app)
    : shard(number), connection(world.shard(number), *this, std::move(app), 120) {}

void TestClient::send(OutboundMessage& message) {
    received.push_back(json::parse(message.text()));
    on_message(received.back());
}

void TestClient::send_message(const json& message) {
    connection.on_text(message.dump());
}

void TestClient::subscribe(const std::string& channel) {
    send_message({{"event", "pusher:subscribe"}, {"data", {{"channel", channel}}}});
}

void TestClient::subscribe_signed(const std::string& channel, const std::string& channel_data) {
    std::optional<std::string_view> data;
    if (!channel_data.empty()) data = channel_data;
    const std::string socket_id = connection.socket_id().text();
    json body = {{"channel", channel},
                 {"auth", subscription_token({"key", "secret"}, socket_id, channel, data)}};
    if (data) body["channel_data"] = channel_data;
    send_message({{"event", "pusher:subscribe"}, {"data", body}});
}

void TestClient::join(const std::string& channel, const std::string& user_id) {
    subscribe_signed(channel, json{{"user_id", user_id}, {"user_info", {{"n", user_id}}}}.dump());
}

void TestClient::unsubscribe(const std::string& channel) {
    send_message({{"event", "pusher:unsubscribe"}, {"data", {{"channel", channel}}}});
}

void TestClient::client_event(const std::string& channel, const std::string& event,
                              const json& data) {
    send_message({{"event", event}, {"channel", channel}, {"data", data}});
}

void TestClient::sign_in(const std::string& user_id, const std::vector<std::string>& watchlist) {
    json user = {{"id", user_id}, {"user_info", {{"n", user_id}}}};
    if (!watchlist.empty()) user["watchlist"] = watchlist;
    const std::string socket_id = connection.socket_id().text();
    send_message({{"event", "pusher:signin"},
                  {"data",
                   {{"user_data", user.dump()},
                    {"auth", signin_token({"key", "secret"}, socket_id, user.dump())}}}});
}

std::vector<std::string> TestClient::take_names() {
    std::vector<std::string> names;
    for (const json& message : take()) names.push_back(message.at("event"));
    return names;
}

}  // namespace carillon::test
