// The domain across shards, with deliveries interleaved at will, against the naive model. The model
// sees joins, leaves and events in the order in which the channel's home receives them; on each
// channel a client must then have received the same frames as in the model, from its own join to
// its own unsubscribe.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "carillon/channels/partition.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "damping_judge.hpp"
#include "model.hpp"
#include "shard_world.hpp"
#include "shrink.hpp"

namespace carillon::test {
namespace {

using Json = nlohmann::json;

ModelApp model_app() {
    ModelApp app{.subscription_count = true};
    app.members_max = 3;
    app.subscriptions_max = 100;
    app.cached_for = std::chrono::minutes(30);
    return app;
}

/// One seed per operation: any part of them is a sequence, too.
using Operations = std::vector<std::uint64_t>;

class Interleaving {
public:
    Interleaving(std::uint16_t shards, std::uint64_t seed) : world_(shards, seed) {
        auto app = make_app();
        app->limits.max_presence_members = static_cast<std::uint32_t>(model_app().members_max);
        app->limits.max_client_events_per_second = 0;
        app->subscription_count = true;
        app_ = app;
        model_.set_time(world_.now());
        world_.turn_expires = [this] { return world_.random()() % 4 == 0; };
        world_.on_delivery = [this](ShardId from, const ShardMessage& message) {
            observe(from, message);
        };
    }

    /// What went wrong first, if anything did.
    std::string play(const Operations& operations) {
        ::testing::TestPartResultArray failures;
        const ::testing::ScopedFakeTestPartResultReporter intercept(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
        for (const std::uint64_t operation : operations) {
            choice_.seed(operation);
            operate();
            for (std::uint64_t steps = pick(4); steps > 0; --steps) world_.step();
            if (failures.size() > 0) break;
        }
        if (failures.size() == 0) {
            world_.settle();
            world_.pass(std::chrono::seconds(2));
            world_.settle();
            EXPECT_EQ(judge_.check(world_.now()), "");
            for (auto& [number, player] : players_) {
                for (const auto& [channel, seen] : player.seen) {
                    EXPECT_EQ(Json(seen), Json(model_.expected[number][channel]))
                        << at(number, channel);
                }
            }
        }
        return failures.size() == 0 ? "" : failures.GetTestPartResult(0).message();
    }

private:
    struct Player {
        std::unique_ptr<TestClient> client;
        /// What it received on each channel since it subscribed; none for channels it has not.
        std::map<std::string, std::vector<Json>> seen;
        int number = 0;
    };

    std::uint64_t pick(std::uint64_t below) { return choice_() % below; }

    static std::string at(int number, const std::string& channel) {
        return "client " + std::to_string(number) + " on " + channel;
    }
    static std::string user_of(int number) { return "user" + std::to_string(number % 5); }

    [[nodiscard]] ShardId home(const std::string& channel) const {
        return home_of(app_->id.get(), channel, world_.size());
    }
    /// What a client does to a channel of its own shard happens within the call, unobserved.
    [[nodiscard]] bool is_home(const Player& player, const std::string& channel) const {
        return home(channel) == static_cast<ShardId>(player.client->shard);
    }

    void observe(ShardId from, const ShardMessage& message) {
        if (const auto* join = message_if<Join>(message)) {
            const int number = numbers_.at(join->socket_id);
            subscriptions_[{from, join->ticket.id}] = number;
            model_join(number, join->channel.name, join->is_repeat);
        } else if (const auto* leave = message_if<Leave>(message)) {
            const int number = subscriptions_.at({from, leave->ticket.id});
            model_.unsubscribe(number, leave->channel.name);
        } else if (const auto* publish = message_if<Publish>(message)) {
            model_publish(publish->channel.name, publish->text, publish->excluded);
        } else if (const auto* event = message_if<ClientEvent>(message)) {
            model_client_event(numbers_.at(event->socket_id), event->channel.name, event->text);
        }
    }

    void model_join(int number, const std::string& channel, bool is_repeat) {
        if (is_repeat && !model_.holds(number, channel)) return;  // The first join was refused.
        if (!is_repeat) model_.expected[number].erase(channel);
        const bool presence = channel.starts_with("presence-");
        model_.subscribe(number, channel, true,
                         presence ? std::optional(user_of(number)) : std::nullopt,
                         {{"n", user_of(number)}});
    }

    void model_publish(const std::string& channel, std::string_view text, SocketId excluded) {
        const Json frame = essence(Json::parse(text));
        const auto number = numbers_.find(excluded);
        model_.publish(0, channel, frame.at("event"), frame.at("data"),
                       number == numbers_.end() ? std::nullopt : std::optional(number->second),
                       world_.now());
    }

    void model_client_event(int number, const std::string& channel, std::string_view text) {
        if (!model_.holds(number, channel)) return;
        const Json frame = essence(Json::parse(text));
        model_.client_event(number, channel, frame.at("event"), frame.at("data"));
    }

    void on_message(Player& player, const Json& frame) {
        if (!frame.contains("channel")) return;
        const std::string channel = frame.at("channel");
        const auto seen = player.seen.find(channel);
        ASSERT_NE(seen, player.seen.end())
            << frame.at("event") << ", not subscribed, " << at(player.number, channel);
        EXPECT_EQ(judge_.receive(player.number, channel, essence(frame), world_.now()), "");
        if (!may_be_held_back(frame)) seen->second.push_back(essence(frame));
        if (frame.at("event") == "pusher:subscription_error") finish(player, channel);
    }

    /// The client has seen the beginning of what the model expects, and will see no more of it.
    void finish(Player& player, const std::string& channel) {
        const std::vector<Json>& seen = player.seen.at(channel);
        std::vector<Json> expected = model_.expected[player.number][channel];
        if (expected.size() > seen.size()) expected.resize(seen.size());
        EXPECT_EQ(Json(seen), Json(expected)) << at(player.number, channel);
        player.seen.erase(channel);
        judge_.forget(player.number, channel);
    }

    void operate() {
        switch (pick(10)) {
            case 0:
                return connect();
            case 1:
            case 2:
            case 3:
                return subscribe();
            case 4:
                return unsubscribe();
            case 5:
                return drop();
            case 6:
                return client_event();
            default:
                return publish();
        }
    }

    Player* anyone() {
        if (players_.empty()) return nullptr;
        return &std::next(players_.begin(), static_cast<long>(pick(players_.size())))->second;
    }
    std::string any_channel() {
        static const std::vector<std::string> names = {
            "news",       "chat",    "private-a",        "presence-room",
            "presence-x", "cache-a", "presence-cache-x", "private-cache-b"};
        return names[pick(names.size())];
    }

    void connect() {
        if (players_.size() >= 12) return;
        const int number = ++last_player_;
        Player& player = players_[number];
        player.number = number;
        player.client = std::make_unique<TestClient>(
            world_, static_cast<std::uint16_t>(pick(world_.size())), app_);
        player.client->on_message = [this, &player](const Json& frame) {
            on_message(player, frame);
        };
        numbers_[player.client->connection.socket_id()] = number;
        model_.connect(number, 0);
    }

    void subscribe() {
        Player* const player = anyone();
        if (player == nullptr) return;
        const std::string channel = any_channel();
        const bool is_repeat = !player->seen.try_emplace(channel).second;
        if (is_home(*player, channel)) model_join(player->number, channel, is_repeat);
        if (channel.starts_with("presence-")) {
            player->client->join(channel, user_of(player->number));
        } else if (channel.starts_with("private-")) {
            player->client->subscribe_signed(channel);
        } else {
            player->client->subscribe(channel);
        }
    }

    void unsubscribe(Player& player, const std::string& channel) {
        if (is_home(player, channel)) model_.unsubscribe(player.number, channel);
        player.client->unsubscribe(channel);
        if (player.seen.contains(channel)) finish(player, channel);
    }

    void unsubscribe() {
        if (Player* const player = anyone()) unsubscribe(*player, any_channel());
    }

    void drop() {
        Player* const player = anyone();
        if (player == nullptr || pick(3) != 0) return;
        while (!player->seen.empty()) {
            const std::string channel = player->seen.begin()->first;
            unsubscribe(*player, channel);
        }
        const int number = player->number;
        players_.erase(number);
    }

    void publish() {
        const std::string channel = any_channel();
        const std::string data = "\"" + std::to_string(++last_event_) + "\"";
        const std::string text = channel_event(channel, *scan_json("\"event\""), *scan_json(data));
        SocketId excluded;
        if (Player* const player = anyone(); player != nullptr && pick(3) == 0) {
            excluded = player->client->connection.socket_id();
        }
        const auto edge = static_cast<std::uint16_t>(pick(world_.size()));
        auto name = ChannelName::parse(channel, app_->limits);
        if (home(channel) == static_cast<ShardId>(edge)) model_publish(channel, text, excluded);
        ASSERT_TRUE(world_.shard(edge).publish(*app_, {{*name, text, excluded}}, [] {}));
    }

    void client_event() {
        Player* const player = anyone();
        if (player == nullptr) return;
        const std::string channel = any_channel();
        if (!channel.starts_with("pr")) return;
        const std::uint64_t number = ++last_event_;
        if (is_home(*player, channel) && model_.holds(player->number, channel)) {
            model_.client_event(player->number, channel, "client-e", number);
        }
        player->client->client_event(channel, "client-e", number);
    }

    ShardWorld world_;
    std::mt19937_64 choice_;
    std::shared_ptr<const App> app_;
    Model model_{{model_app()}};
    DampingJudge judge_{model_};
    std::map<int, Player> players_;
    std::map<SocketId, int> numbers_;                                 // Of all players so far.
    std::map<std::pair<ShardId, std::uint64_t>, int> subscriptions_;  // By edge and ticket.
    int last_player_ = 0;
    std::uint64_t last_event_ = 0;
};

class InterleavingTest : public ::testing::TestWithParam<std::uint16_t> {};

TEST_P(InterleavingTest, ClientsReceiveWhatTheModelSaysInTheOrderOfTheHome) {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        const auto play = [&](const Operations& operations) {
            return Interleaving(GetParam(), seed).play(operations);
        };
        Operations operations(300);
        std::iota(operations.begin(), operations.end(), seed * 1000);
        if (play(operations).empty()) continue;
        operations = shrink<std::uint64_t>(
            operations, [&](const Operations& fewer) { return !play(fewer).empty(); });
        FAIL() << play(operations) << "\nseed " << seed
               << ", the shortest sequence found: " << ::testing::PrintToString(operations);
    }
}

INSTANTIATE_TEST_SUITE_P(Shards, InterleavingTest, ::testing::Values(1, 2, 3, 7),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace carillon::test
