// The domain across shards, with deliveries interleaved at will, against a naive model of what each
// channel did. The model sees joins, leaves and events in the order in which the channel's home
// gets them; every client must then have seen just that, from its own join on.
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
#include "shard_world.hpp"
#include "shrink.hpp"

namespace carillon::test {
namespace {

using nlohmann::json;

constexpr std::uint32_t members_max = 3;

/// What happened on one channel, as its home saw it, done the slow and obvious way.
struct ModelChannel {
    struct Entry {
        std::string what;   // "event 17", "+alice", "-alice"
        SocketId excluded;  // who does not get it
    };
    using Key = std::pair<ShardId, std::uint64_t>;

    std::vector<Entry> log;
    std::map<Key, std::string> holders;  // subscription → user ("" if not presence)
    struct Start {
        std::size_t at;
        std::set<std::string> users;
        std::string last_event;
    };
    std::map<SocketId, Start> last_join;  // of each connection
    bool counted = false;
    std::string last_event;  // on cache channels

    [[nodiscard]] std::set<std::string> users() const {
        std::set<std::string> all;
        for (const auto& [key, user] : holders) {
            if (!user.empty()) all.insert(user);
        }
        return all;
    }

    void join(Key key, SocketId socket, const std::optional<std::string>& user) {
        const bool is_new = user && !users().contains(*user);
        if (is_new && users().size() >= members_max) return;
        holders.emplace(key, user.value_or(""));
        if (is_new) log.push_back({"+" + *user, socket});
        last_join[socket] = {log.size() - (is_new ? 1 : 0), users(), last_event};
        announce_count();
    }

    void announce_count() {
        if (!counted || holders.empty()) return;
        const json count = {{"subscription_count", holders.size()}};
        log.push_back({"pusher_internal:subscription_count " + count.dump(), {}});
    }

    void leave(Key key) {
        const auto held = holders.find(key);
        if (held == holders.end()) return;
        const std::string user = held->second;
        holders.erase(held);
        if (!user.empty() && !users().contains(user)) log.push_back({"-" + user, {}});
        announce_count();
    }
};

/// What one client saw of one channel between a subscribe and its end.
struct Period {
    bool active = false;
    std::size_t start = 0;
    std::set<std::string> users;
    std::string last_event;  // on cache channels, what follows the success
    std::vector<std::string> seen;
};

/// One seed an operation: any part of them is a sequence, too.
using Operations = std::vector<std::uint64_t>;

class Interleaving {
public:
    Interleaving(std::uint16_t shards, std::uint64_t seed) : world_(shards, seed) {
        auto app = make_app();
        app->limits.max_presence_members = members_max;
        app->limits.max_client_events_per_second = 0;
        app->subscription_count = true;
        app_ = app;
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
            for (auto& [number, player] : players_) {
                for (auto& [channel, period] : player.periods) check(player, channel, period, true);
            }
        }
        return failures.size() == 0 ? "" : failures.GetTestPartResult(0).message();
    }

private:
    struct Player {
        std::unique_ptr<TestClient> client;
        std::map<std::string, Period> periods;
        int number = 0;
    };

    std::uint64_t pick(std::uint64_t below) { return choice_() % below; }

    ModelChannel& model(const std::string& channel) {
        ModelChannel& known = model_[channel];
        known.counted = !channel.starts_with("presence-");
        return known;
    }
    static bool is_cached(const std::string& channel) {
        return channel.find("cache-") != std::string::npos;
    }

    ShardId home(const std::string& channel) const {
        return home_of(app_->id.get(), channel, world_.size());
    }
    bool is_home(const Player& player, const std::string& channel) const {
        return home(channel) == static_cast<ShardId>(player.client->shard);
    }

    void observe(ShardId from, const ShardMessage& message) {
        if (const auto* join = std::get_if<Join>(&message)) {
            if (join->is_repeat) return;
            std::optional<std::string> user;
            if (join->member) user = join->member->user_id;
            model(join->channel.name).join({from, join->ticket.id}, join->socket_id, user);
        } else if (const auto* leave = std::get_if<Leave>(&message)) {
            model(leave->channel.name).leave({from, leave->ticket.id});
        } else if (const auto* publish = std::get_if<Publish>(&message)) {
            note(publish->channel.name, publish->text, publish->excluded, true);
        } else if (const auto* event = std::get_if<ClientEvent>(&message)) {
            if (model(event->channel.name).holders.contains({from, event->sender.id})) {
                note(event->channel.name, event->text, event->socket_id, false);
            }
        }
    }

    void note(const std::string& channel, std::string_view text, SocketId excluded, bool kept) {
        const std::string what = describe(json::parse(text));
        model(channel).log.push_back({what, excluded});
        if (kept && is_cached(channel)) model(channel).last_event = what;
    }

    static std::string describe(const json& message) {
        const std::string event = message.at("event");
        const json data = json::parse(message.at("data").get<std::string>());
        if (event == "pusher_internal:member_added")
            return "+" + data.at("user_id").get<std::string>();
        if (event == "pusher_internal:member_removed") {
            return "-" + data.at("user_id").get<std::string>();
        }
        return event + " " + data.dump();
    }

    void on_message(Player& player, const json& message) {
        if (!message.contains("channel")) return;
        const std::string channel = message.at("channel");
        const std::string event = message.at("event");
        const auto held = player.periods.find(channel);
        if (event == "pusher:subscription_error") {
            ASSERT_NE(held, player.periods.end());
            ASSERT_FALSE(held->second.active);
            player.periods.erase(held);
            return;
        }
        ASSERT_NE(held, player.periods.end()) << event << " on a channel not held, " << channel;
        Period& period = held->second;
        if (event == "pusher_internal:subscription_succeeded") {
            return on_success(player, channel, period, message);
        }
        ASSERT_TRUE(period.active) << event << " before the success, " << channel;
        const std::string what = describe(message);
        const std::string user = what.substr(1);
        const bool alternates = what[0] == '+'   ? period.users.insert(user).second
                                : what[0] == '-' ? period.users.erase(user) == 1
                                                 : true;
        ASSERT_TRUE(alternates) << what;
        period.seen.push_back(what);
    }

    void on_success(Player& player, const std::string& channel, Period& period,
                    const json& message) {
        std::set<std::string> users;
        if (channel.starts_with("presence-")) {
            const json presence = json::parse(message.at("data").get<std::string>()).at("presence");
            for (const auto& id : presence.at("ids")) users.insert(id.get<std::string>());
            EXPECT_EQ(presence.at("count"), users.size());
            EXPECT_EQ(presence.at("hash").size(), users.size());
        }
        if (period.active) {  // A repeated subscribe: nothing but the same list once more.
            EXPECT_EQ(users, period.users) << channel;
            return;
        }
        // A join on the home's own shard is answered before the model has heard of it.
        const SocketId socket = player.client->connection.socket_id();
        if (!is_home(player, channel)) {
            const auto& join = model(channel).last_join.at(socket);
            period.start = join.at;
            period.last_event = join.last_event;
            EXPECT_EQ(users, join.users) << channel;
        }
        period.active = true;
        period.users = users;
    }

    void check(Player& player, const std::string& channel, const Period& period, bool complete) {
        if (!period.active) {
            EXPECT_FALSE(complete) << "never answered: " << channel;
            return;
        }
        const SocketId socket = player.client->connection.socket_id();
        std::vector<std::string> expected;
        if (is_cached(channel)) {
            expected.push_back(period.last_event.empty() ? "pusher:cache_miss {}"
                                                         : period.last_event);
        }
        const auto& log = model(channel).log;
        for (std::size_t i = period.start; i < log.size(); ++i) {
            if (log[i].excluded != socket) expected.push_back(log[i].what);
        }
        if (!complete) {
            ASSERT_LE(period.seen.size(), expected.size());
            expected.resize(period.seen.size());
        }
        EXPECT_EQ(period.seen, expected) << "client " << player.number << " on " << channel;
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
        player.client->on_message = [this, &player](const json& message) {
            on_message(player, message);
        };
    }

    void subscribe() {
        Player* const player = anyone();
        if (player == nullptr) return;
        const std::string channel = any_channel();
        const bool is_new = player->periods.try_emplace(channel).second;
        const std::string user = "user" + std::to_string(player->number % 5);
        const bool presence = channel.starts_with("presence-");
        if (presence) {
            player->client->join(channel, user);
        } else if (channel.starts_with("private-")) {
            player->client->subscribe_signed(channel);
        } else {
            player->client->subscribe(channel);
        }
        if (!is_new || !is_home(*player, channel)) return;
        Connection& connection = player->client->connection;
        const Subscription* const held = player_subscription(*player, channel);
        if (held == nullptr) {  // Refused: the model must refuse, too.
            const ModelChannel& known = model(channel);
            EXPECT_TRUE(known.users().size() >= members_max && !known.users().contains(user));
            return;
        }
        ModelChannel& known = model(channel);
        known.join({static_cast<ShardId>(player->client->shard), held->join_id},
                   connection.socket_id(), presence ? std::optional(user) : std::nullopt);
        ASSERT_TRUE(known.last_join.contains(connection.socket_id()));
        Period& period = player->periods.at(channel);
        period.start = known.last_join.at(connection.socket_id()).at;
        period.last_event = known.last_join.at(connection.socket_id()).last_event;
        EXPECT_EQ(period.users, known.last_join.at(connection.socket_id()).users);
    }

    const Subscription* player_subscription(Player& player, const std::string& channel) {
        return world_.shard(player.client->shard)
            .edge_channels()
            .find(player.client->connection, channel);
    }

    /// On the home's own shard a leave takes effect within the call.
    void leave_locally(Player& player, const std::string& channel) {
        const Subscription* const held = player_subscription(player, channel);
        if (held != nullptr && is_home(player, channel)) {
            model(channel).leave({static_cast<ShardId>(player.client->shard), held->join_id});
        }
    }

    void unsubscribe() {
        Player* const player = anyone();
        if (player == nullptr) return;
        const std::string channel = any_channel();
        const auto held = player->periods.find(channel);
        leave_locally(*player, channel);
        player->client->unsubscribe(channel);
        if (held == player->periods.end()) return;
        if (held->second.active) check(*player, channel, held->second, false);
        player->periods.erase(held);
    }

    void drop() {
        Player* const player = anyone();
        if (player == nullptr || pick(3) != 0) return;
        // The last subscription goes first; the model must hear of the leaves in that order.
        SubscriptionSet& held = player->client->connection.subscriptions();
        std::vector<std::string> channels;
        while (!held.empty()) {
            const std::string channel = held.back().channel->address.name;
            leave_locally(*player, channel);
            player->client->unsubscribe(channel);
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
        if (home(channel) == static_cast<ShardId>(edge)) note(channel, text, excluded, true);
        ASSERT_TRUE(world_.shard(edge).publish(*app_, {{*name, text, excluded}}, [] {}));
    }

    void client_event() {
        Player* const player = anyone();
        if (player == nullptr) return;
        const std::string channel = any_channel();
        if (!channel.starts_with("pr")) return;
        const std::uint64_t number = ++last_event_;
        const Subscription* const held = player_subscription(*player, channel);
        if (held != nullptr && is_home(*player, channel)) {
            model(channel).log.push_back(
                {"client-e " + std::to_string(number), player->client->connection.socket_id()});
        }
        player->client->client_event(channel, "client-e", number);
    }

    ShardWorld world_;
    std::mt19937_64 choice_;
    std::shared_ptr<const App> app_;
    std::map<std::string, ModelChannel> model_;
    std::map<int, Player> players_;
    int last_player_ = 0;
    std::uint64_t last_event_ = 0;
};

class InterleavingTest : public ::testing::TestWithParam<std::uint16_t> {};

TEST_P(InterleavingTest, ClientsSeeTheirChannelsFromSuccessToUnsubscribeInOneOrder) {
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
