// Signed-in users, watchlists, termination: wire.md 4.
#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/channels/partition.hpp"
#include "shard_world.hpp"

namespace carillon::test {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UsersTest : public ::testing::Test {
protected:
    std::unique_ptr<TestClient> signed_in(const std::string& id, std::uint16_t shard,
                                          const std::vector<std::string>& watchlist = {}) {
        auto user = std::make_unique<TestClient>(world, shard, app);
        user->sign_in(id, watchlist);
        world.settle();
        return user;
    }
    /// The watchlist events that came since the last call, as "+u" and "-u"; a frame each a list.
    static std::vector<std::vector<std::string>> changes(TestClient& who) {
        std::vector<std::vector<std::string>> all;
        for (const json& message : who.take()) {
            if (message.at("event") != "pusher_internal:watchlist_events") continue;
            EXPECT_FALSE(message.contains("channel"));
            auto& frame = all.emplace_back();
            const json data = json::parse(message.at("data").get<std::string>());
            for (const json& event : data.at("events")) {
                const std::string sign = event.at("name") == "online" ? "+" : "-";
                for (const json& id : event.at("user_ids")) {
                    frame.push_back(sign + id.get<std::string>());
                }
            }
        }
        return all;
    }
    static void expect_error(TestClient& who, const json& code) {
        const auto messages = who.take();
        ASSERT_EQ(messages.size(), 1U);
        EXPECT_EQ(messages[0].at("event"), "pusher:error");
        EXPECT_EQ(messages[0].at("data").at("code"), code);
    }
    void sign_in_raw(TestClient& who, const std::string& user_data) {
        const std::string socket_id = who.connection.socket_id().text();
        who.send_message(
            {{"event", "pusher:signin"},
             {"data",
              {{"user_data", user_data},
               {"auth", carillon::signin_token({"key", "secret"}, socket_id, user_data)}}}});
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
    TestClient client{world, 1, app};
};

TEST_F(UsersTest, SignInSucceedsWithTheDataAsItWasSent) {
    client.take();
    sign_in_raw(client, R"({ "id": "u1", "user_info":{"name":"Zoë \"Z\""} })");
    const auto messages = client.take();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("event"), "pusher:signin_success");
    EXPECT_EQ(json::parse(messages[0].at("data").get<std::string>()),
              (json{{"user_data", R"({ "id": "u1", "user_info":{"name":"Zoë \"Z\""} })"}}));
}

TEST_F(UsersTest, RefusesWhatIsNotSignedOrNoUser) {
    client.take();
    client.send_message({{"event", "pusher:signin"},
                         {"data", {{"user_data", R"({"id":"u1"})"}, {"auth", "key:00"}}}});
    expect_error(client, nullptr);
    client.send_message({{"event", "pusher:signin"}, {"data", {{"user_data", R"({"id":"u1"})"}}}});
    expect_error(client, nullptr);
    client.send_message({{"event", "pusher:signin"}, {"data", {{"auth", "key:00"}}}});
    expect_error(client, nullptr);
    for (const char* user_data :
         {"", "[]", "{}", R"({"id":1})", R"({"id":""})", R"({"id":"a b"})",
          R"({"id":"u","watchlist":"v"})", R"({"id":"u","watchlist":[1]})"}) {
        sign_in_raw(client, user_data);
        expect_error(client, nullptr);
    }
    EXPECT_EQ(client.connection.user(), nullptr);
}

TEST_F(UsersTest, SigningInAgainTakesTheSameUserOnly) {
    client.sign_in("u1");
    client.take();
    client.sign_in("u1");
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:signin_success"));
    client.sign_in("u2");
    expect_error(client, nullptr);
    EXPECT_EQ(client.connection.user()->data.id, "u1");
}

TEST_F(UsersTest, OnlyTheUserSubscribesToTheirChannel) {
    client.take();
    client.subscribe("#server-to-user-u1");
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:error", "pusher:subscription_error"));
    client.sign_in("u1");
    client.take();
    client.subscribe("#server-to-user-u2");
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:error", "pusher:subscription_error"));
    client.subscribe("#server-to-user-u1");
    world.settle();
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(UsersTest, JoinsPresenceChannelsAsTheSignedInUser) {
    client.sign_in("u1");
    client.take();
    client.subscribe_signed("presence-a");
    world.settle();
    const json data = json::parse(client.take().at(0).at("data").get<std::string>());
    EXPECT_EQ(data.at("presence").at("hash"), (json{{"u1", {{"n", "u1"}}}}));

    client.unsubscribe("presence-a");
    client.join("presence-a", "other");  // channel_data wins.
    world.settle();
    const json again = json::parse(client.take().at(0).at("data").get<std::string>());
    EXPECT_EQ(again.at("presence").at("ids"), json::array({"other"}));
}

TEST_F(UsersTest, WatchersReceiveTheStateOnceAndThenTheChanges) {
    const auto first = signed_in("a", 0);
    const auto watcher = signed_in("w", 1, {"a", "b", "c", "w"});
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("+a", "+w", "-b", "-c")));

    auto b = signed_in("b", 2);
    auto second = signed_in("b", 0);
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("+b")));
    b.reset();
    world.settle();
    EXPECT_THAT(changes(*watcher), IsEmpty());
    second.reset();
    world.settle();
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("-b")));
}

TEST_F(UsersTest, SuccessComesBeforeTheState) {
    TestClient watcher{world, 0, app};
    watcher.take();
    watcher.sign_in("w", {"a"});
    world.settle();
    EXPECT_THAT(watcher.take_names(),
                ElementsAre("pusher:signin_success", "pusher_internal:watchlist_events"));
}

TEST_F(UsersTest, ChangesOfOneTurnAreOneFrameAndCancelOut) {
    const auto watcher = signed_in("w", 1, {"a", "b", "c"});
    changes(*watcher);
    auto leaving = signed_in("c", 1);
    changes(*watcher);
    TestClient a{world, 0, app};
    TestClient b{world, 2, app};
    a.sign_in("a");
    b.sign_in("b");
    leaving.reset();
    const auto back = std::make_unique<TestClient>(world, 1, app);
    back->sign_in("c");
    while (world.step()) {
    }
    world.settle();
    const auto frames = changes(*watcher);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_THAT(frames[0], ::testing::UnorderedElementsAre("+a", "+b"));
}

TEST_F(UsersTest, ASecondSignInReplacesTheWatchlist) {
    const auto watcher = signed_in("w", 1, {"a", "b"});
    changes(*watcher);
    watcher->sign_in("w", {"b", "c"});
    world.settle();
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("-b", "-c")));
    const auto a = signed_in("a", 0);
    EXPECT_THAT(changes(*watcher), IsEmpty());
    const auto c = signed_in("c", 0);
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("+c")));
    watcher->sign_in("w");
    world.settle();
    EXPECT_THAT(changes(*watcher), IsEmpty());
}

TEST_F(UsersTest, ATooLongWatchlistIsCutAndReported) {
    app->limits.max_watched_users = 2;
    client.take();
    client.sign_in("w", {"x", "y", "z"});
    world.settle();
    const auto messages = client.take();
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[0].at("event"), "pusher:signin_success");
    EXPECT_EQ(messages[1].at("data").at("code"), 4302);
    EXPECT_EQ(json::parse(messages[2].at("data").get<std::string>()).at("events"),
              (json::array({{{"name", "offline"}, {"user_ids", {"x", "y"}}}})));
}

TEST_F(UsersTest, WatchlistsCanBeSwitchedOff) {
    app->watchlist_events = false;
    const auto watcher = signed_in("w", 1, {"a"});
    EXPECT_THAT(changes(*watcher), IsEmpty());
}

TEST_F(UsersTest, AWatcherThatLeavesWhileHomeAnswersIsForgotten) {
    auto watcher = std::make_unique<TestClient>(world, 1, app);
    watcher->sign_in("w", {"a", "b", "c", "d"});
    watcher.reset();
    const auto next = signed_in("w", 1, {"a", "b", "c", "d"});
    EXPECT_THAT(changes(*next), ElementsAre(ElementsAre("-a", "-b", "-c", "-d")));
}

TEST_F(UsersTest, AppsWithEqualUsersAreIsolated) {
    const auto watcher = signed_in("w", 1, {"a"});
    changes(*watcher);
    const auto other = make_app("other");
    TestClient stranger{world, 0, other};
    stranger.sign_in("a");
    world.settle();
    EXPECT_THAT(changes(*watcher), IsEmpty());
    world.shard(2).terminate_user(*app, "a");
    world.settle();
    EXPECT_EQ(stranger.ended, std::nullopt);
}

TEST_F(UsersTest, TerminationEndsAllOfAUsersConnectionsAndNoOthers) {
    const auto here = signed_in("u1", 0);
    const auto there = signed_in("u1", 0);
    const auto far = signed_in("u1", 2);
    const auto other = signed_in("u2", 2);
    client.join("presence-a", "u1");
    const auto watcher = signed_in("w", 1, {"u1"});
    far->join("presence-a", "far");
    world.settle();
    changes(*watcher);
    client.take();
    world.shard(1).terminate_user(*app, "u1");
    world.settle();
    for (const auto* ended : {here.get(), there.get(), far.get()}) {
        EXPECT_EQ(ended->ended, Errc::terminated);
    }
    EXPECT_EQ(other->ended, std::nullopt);
    EXPECT_EQ(client.ended, std::nullopt);
    EXPECT_THAT(client.take_names(), Contains("pusher_internal:member_removed"));
    EXPECT_THAT(changes(*watcher), ElementsAre(ElementsAre("-u1")));
}

/// Users come and go while messages between the shards are under way in any order: each watcher is
/// sent the state first, then changes that alternate, and in the end it knows the truth.
TEST_F(UsersTest, WatchersEndUpCorrectHoweverDeliveriesInterleave) {
    const std::vector<std::string> names{"a", "b", "c", "d"};
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        ShardWorld busy(4, seed);
        std::mt19937_64 random(seed);
        const auto pick = [&random](std::uint64_t below) { return random() % below; };
        struct Player {
            std::unique_ptr<TestClient> client;
            std::string user;
            std::map<std::string, std::string> knows;
        };
        std::map<int, Player> players;
        for (int i = 0; i < 120; ++i) {
            if (players.size() < 6 || pick(2) == 0) {
                Player& player = players[i];
                player.user = names[pick(names.size())];
                player.client = std::make_unique<TestClient>(
                    busy, static_cast<std::uint16_t>(pick(busy.size())), app);
                player.client->on_message = [&player](const json& message) {
                    if (message.at("event") != "pusher_internal:watchlist_events") return;
                    const json data = json::parse(message.at("data").get<std::string>());
                    for (const json& event : data.at("events")) {
                        for (const json& id : event.at("user_ids")) {
                            std::string& known = player.knows[id.get<std::string>()];
                            EXPECT_NE(known, event.at("name").get<std::string>());
                            known = event.at("name");
                        }
                    }
                };
                player.client->sign_in(player.user, names);
            } else {
                players.erase(std::next(players.begin(), static_cast<long>(pick(players.size()))));
            }
            for (std::uint64_t steps = pick(6); steps > 0; --steps) busy.step();
            if (pick(3) == 0) busy.shard(static_cast<std::uint16_t>(pick(busy.size()))).end_turn();
        }
        busy.settle();
        std::set<std::string> online;
        for (const auto& [number, player] : players) online.insert(player.user);
        for (const auto& [number, player] : players) {
            for (const std::string& name : names) {
                EXPECT_EQ(player.knows.at(name), online.contains(name) ? "online" : "offline")
                    << "seed " << seed;
            }
        }
        if (HasFailure()) return;
    }
}

/// Clients of one shard, in an order that has nothing to do with their addresses.
class SameOrderTest : public UsersTest {
protected:
    SameOrderTest() {
        for (int i = 0; i < 100; ++i) {
            clients.push_back(std::make_unique<TestClient>(world, 1, app));
            clients.back()->on_message = [this, i](const json& message) {
                if (message.at("event") == "pusher_internal:watchlist_events") reached.push_back(i);
            };
            order.push_back(i);
        }
        std::ranges::shuffle(order, std::mt19937_64(1));
    }

    std::vector<std::unique_ptr<TestClient>> clients;
    std::vector<int> order;    ///< of signing in
    std::vector<int> reached;  ///< clients that received events of their watchlist
};

TEST_F(SameOrderTest, WatchersReceiveChangesInTheOrderOfTheirSignIns) {
    const auto at = [this](int i) { return clients[static_cast<std::size_t>(i)].get(); };
    for (const int i : order) at(i)->sign_in("u" + std::to_string(i), {"x"});
    world.settle();
    EXPECT_EQ(std::exchange(reached, {}), order) << "the state of the watchlist";
    TestClient watched{world, 0, app};
    watched.sign_in("x");
    world.settle();
    EXPECT_EQ(reached, order) << "a change";
}

TEST_F(SameOrderTest, ConnectionsOfATerminatedUserAreClosedInTheOrderOfTheirSignIns) {
    std::vector<int> closed;
    for (const int i : order) {
        TestClient& one = *clients[static_cast<std::size_t>(i)];
        one.on_end = [&closed, i] { closed.push_back(i); };
        one.sign_in("u");
    }
    world.settle();
    world.shard(0).terminate_user(*app, "u");
    world.settle();
    EXPECT_EQ(closed, order);
}

TEST_F(SameOrderTest, ASetOfConnectionsFindsEachOfMany) {
    ConnectionSet set;
    std::set<Connection*> expected;
    std::mt19937_64 random(2);
    for (int step = 0; step < 5000; ++step) {
        Connection* const connection = &clients[random() % (step < 2500 ? 100 : 20)]->connection;
        if (random() % 2 == 0) {
            set.insert(connection);
            expected.insert(connection);
        } else {
            set.erase(connection);
            expected.erase(connection);
        }
        ASSERT_EQ(set.size(), expected.size());
        ASSERT_EQ(std::set<Connection*>(set.begin(), set.end()), expected);
    }
}

/// In a cluster Redis confirms sign-ins; the test answers in its place.
class SharedUsersTest : public ::testing::Test {
protected:
    SharedUsersTest() {
        world.on_delivery = [this](ShardId, const ShardMessage& message) {
            const auto* const sign_in = message_if<SignIn>(message);
            if (sign_in != nullptr) sign_ins.push_back(*sign_in);
        };
        client.take();
    }
    /// As a user whose home is on another shard.
    void sign_in(TestClient& who, const std::vector<std::string>& watchlist = {}) {
        who.sign_in("u", watchlist);
        world.settle();
    }
    void know(const SignIn& sign_in) {
        world.shard(shard).receive(ShardId{}, SignedIn{sign_in.user, sign_in.sign_in_id});
        world.settle();
    }

    PublishBudget budget{1U << 20U};
    ShardWorld world{2, 1, &budget};
    std::shared_ptr<App> app = make_app();
    const std::uint16_t shard = static_cast<std::uint16_t>(
        1 - static_cast<std::uint16_t>(home_of(app->id.get(), "#server-to-user-u", 2)));
    TestClient client{world, shard, app};
    std::vector<SignIn> sign_ins;
};

TEST_F(SharedUsersTest, SignInSucceedsOnceItIsKnown) {
    sign_in(client, {"a"});
    EXPECT_THAT(client.take_names(), IsEmpty()) << "nor the state of its watchlist";
    ASSERT_EQ(sign_ins.size(), 1U);
    know(sign_ins[0]);
    EXPECT_THAT(client.take_names(),
                ElementsAre("pusher:signin_success", "pusher_internal:watchlist_events"));
    know(sign_ins[0]);
    EXPECT_THAT(client.take_names(), IsEmpty());
}

TEST_F(SharedUsersTest, EverySignInUntilThenIsAnsweredThen) {
    TestClient second{world, shard, app};
    second.take();
    sign_in(client);
    sign_in(client);
    sign_in(second);
    ASSERT_EQ(sign_ins.size(), 1U);
    know(sign_ins[0]);
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:signin_success", "pusher:signin_success"));
    EXPECT_THAT(second.take_names(), ElementsAre("pusher:signin_success"));
    TestClient third{world, shard, app};
    third.take();
    sign_in(third);
    EXPECT_THAT(third.take_names(), ElementsAre("pusher:signin_success")) << "it is known";
}

TEST_F(SharedUsersTest, ATooLongWatchlistIsReportedAfterTheSuccess) {
    app->limits.max_watched_users = 1;
    sign_in(client, {"a", "b"});
    EXPECT_THAT(client.take_names(), IsEmpty());
    ASSERT_EQ(sign_ins.size(), 1U);
    know(sign_ins[0]);
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:signin_success", "pusher:error",
                                                 "pusher_internal:watchlist_events"));
}

TEST_F(SharedUsersTest, IgnoresAnAnswerToAnEarlierSignIn) {
    auto first = std::make_unique<TestClient>(world, shard, app);
    sign_in(*first);
    first.reset();
    sign_in(client);
    ASSERT_EQ(sign_ins.size(), 2U);
    know(sign_ins[0]);
    EXPECT_THAT(client.take_names(), IsEmpty());
    know(sign_ins[1]);
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:signin_success"));
}

}  // namespace
}  // namespace carillon::test
