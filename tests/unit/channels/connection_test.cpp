#include "carillon/channels/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "carillon/channels/partition.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "shard_world.hpp"

namespace carillon::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

json data_of(const json& message) {
    return json::parse(message.at("data").get<std::string>());
}

class ConnectionTest : public ::testing::Test {
protected:
    ConnectionTest() { client.take(); }

    void expect_error(TestClient& who, const json& code) {
        const auto messages = who.take();
        ASSERT_FALSE(messages.empty());
        EXPECT_EQ(messages[0].at("event"), "pusher:error");
        EXPECT_EQ(messages[0].at("data").at("code"), code);
    }
    void expect_refused(TestClient& who, const std::string& channel, const std::string& type,
                        int status) {
        world.settle();
        const auto messages = who.take();
        ASSERT_EQ(messages.size(), 2U);
        EXPECT_EQ(messages[0].at("event"), "pusher:error");
        EXPECT_EQ(messages[0].at("data").at("code"), nullptr);
        EXPECT_EQ(messages[1].at("event"), "pusher:subscription_error");
        EXPECT_EQ(messages[1].at("channel"), channel);
        EXPECT_EQ(messages[1].at("data").at("type"), type);
        EXPECT_EQ(messages[1].at("data").at("status"), status);
    }
    void publish(const std::string& channel, const std::string& excluded = "") {
        const auto id = SocketId::parse(excluded);
        const PublishRequest event{*ChannelName::parse(channel, app->limits),
                                   channel_event(channel, *scan_json("\"e\""), *scan_json("\"d\"")),
                                   id ? *id : SocketId{}};
        EXPECT_TRUE(world.shard(0).publish(*app, {event}, [] {}));
        world.settle();
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
    TestClient client{world, 1, app};
};

TEST_F(ConnectionTest, BeginsWithConnectionEstablished) {
    const TestClient other{world, 2, app};
    ASSERT_EQ(other.received.size(), 1U);
    EXPECT_EQ(other.received[0].at("event"), "pusher:connection_established");
    EXPECT_EQ(data_of(other.received[0]).at("activity_timeout"), 120);
    EXPECT_EQ(data_of(other.received[0]).at("socket_id"), other.connection.socket_id().text());
}

TEST_F(ConnectionTest, AnswersPingAndSwallowsPong) {
    client.send_message({{"event", "pusher:ping"}, {"data", json::object()}});
    client.send_message({{"event", "pusher:pong"}});
    EXPECT_THAT(client.take_names(), ElementsAre("pusher:pong"));
}

TEST_F(ConnectionTest, AnswersMalformedMessagesWithAnErrorAndStaysOpen) {
    for (const char* text : {"", "nonsense", "[]", "{}", R"({"event":1})", R"({"event":"other"})",
                             R"({"event":"pusher_internal:x","data":{}})",
                             R"({"event":"pusher:subscribe","data":{}})"}) {
        client.connection.on_text(text);
        expect_error(client, nullptr);
    }
    client.subscribe("news");
    world.settle();
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(ConnectionTest, ReceivesEventsBetweenSuccessAndUnsubscribeOnly) {
    publish("news");
    client.subscribe("news");
    EXPECT_THAT(client.take(), IsEmpty());
    world.settle();
    publish("news");
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded", "e"));
    client.unsubscribe("news");
    publish("news");
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(ConnectionTest, IgnoresTheAnswerToAJoinThatWasUndone) {
    client.subscribe("news");
    client.unsubscribe("news");
    world.settle();
    publish("news");
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(ConnectionTest, IsTheOnlyOneExcludedBySocketId) {
    TestClient other{world, 2, app};
    client.subscribe("news");
    other.subscribe("news");
    world.settle();
    client.take();
    other.take();
    publish("news", client.connection.socket_id().text());
    EXPECT_THAT(client.take(), IsEmpty());
    EXPECT_THAT(other.take_names(), ElementsAre("e"));
}

TEST_F(ConnectionTest, NeedsASignatureForPrivateChannels) {
    client.subscribe("private-a");
    expect_refused(client, "private-a", "AuthError", 401);
    client.send_message(
        {{"event", "pusher:subscribe"},
         {"data", {{"channel", "private-a"}, {"auth", "key:" + std::string(64, '0')}}}});
    expect_refused(client, "private-a", "AuthError", 401);
    client.subscribe_signed("private-a");
    world.settle();
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(ConnectionTest, RefusesInvalidChannelNames) {
    client.subscribe("has space");
    expect_refused(client, "has space", "InvalidData", 400);
    client.subscribe(std::string(201, 'x'));
    expect_refused(client, std::string(201, 'x'), "InvalidData", 400);
    client.subscribe("#server-to-user-7");
    expect_refused(client, "#server-to-user-7", "AuthError", 401);
    client.subscribe_signed("presence-room");
    expect_refused(client, "presence-room", "InvalidData", 400);
}

TEST_F(ConnectionTest, SubscribingAgainOnlyRepeatsTheSuccess) {
    TestClient other{world, 2, app};
    other.join("presence-room", "b");
    world.settle();
    client.join("presence-room", "a");
    client.join("presence-room", "a");
    world.settle();
    const auto messages = client.take();
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0], messages[1]);
    EXPECT_EQ(data_of(messages[1]).at("presence").at("count"), 2);
    EXPECT_THAT(other.take_names(), ElementsAre("pusher:connection_established",
                                                "pusher_internal:subscription_succeeded",
                                                "pusher_internal:member_added"));
    client.join("presence-room", "somebody else");
    expect_refused(client, "presence-room", "InvalidData", 400);
}

TEST_F(ConnectionTest, AUserJoinsOnceAndLeavesOnceHoweverManyConnections) {
    TestClient watcher{world, 0, app};
    watcher.join("presence-room", "watcher");
    world.settle();
    watcher.take();
    auto second = std::make_unique<TestClient>(world, 2, app);
    client.join("presence-room", "a");
    second->join("presence-room", "a");
    world.settle();
    const auto joined = watcher.take();
    ASSERT_EQ(joined.size(), 1U);
    EXPECT_EQ(joined[0].at("event"), "pusher_internal:member_added");
    EXPECT_EQ(data_of(joined[0]), (json{{"user_id", "a"}, {"user_info", {{"n", "a"}}}}));
    client.unsubscribe("presence-room");
    world.settle();
    EXPECT_THAT(watcher.take(), IsEmpty());
    second.reset();
    world.settle();
    const auto left = watcher.take();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].at("event"), "pusher_internal:member_removed");
    EXPECT_EQ(data_of(left[0]), (json{{"user_id", "a"}}));
}

TEST_F(ConnectionTest, AFullPresenceChannelStillTakesItsMembers) {
    app->limits.max_presence_members = 1;
    client.join("presence-room", "a");
    world.settle();
    client.take();
    TestClient stranger{world, 2, app};
    stranger.take();
    stranger.join("presence-room", "b");
    expect_refused(stranger, "presence-room", "LimitReached", 413);
    TestClient again{world, 0, app};
    again.take();
    again.join("presence-room", "a");
    world.settle();
    EXPECT_THAT(again.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
    client.unsubscribe("presence-room");
    again.unsubscribe("presence-room");
    world.settle();
    stranger.join("presence-room", "b");
    world.settle();
    EXPECT_THAT(stranger.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(ConnectionTest, LimitsItsSubscriptions) {
    app->limits.max_subscriptions_per_connection = 2;
    client.subscribe("a");
    client.subscribe("b");
    world.settle();
    client.take();
    client.subscribe("c");
    expect_refused(client, "c", "LimitReached", 413);
    client.subscribe("a");  // Held already.
    client.unsubscribe("b");
    client.subscribe("c");
    world.settle();
    EXPECT_EQ(client.take_names().size(), 2U);
}

TEST_F(ConnectionTest, NamesTheLimitOfSubscriptionsThatItHasReached) {
    app->limits.max_subscriptions_per_connection = 2;
    for (const char* name : {"a", "b", "c"}) client.subscribe(name);
    const std::string refusal = client.received.back().dump();
    EXPECT_NE(refusal.find("max_subscriptions_per_connection"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("the 2 subscriptions"), std::string::npos) << refusal;
}

TEST_F(ConnectionTest, HasADefaultLimitOfSubscriptions) {
    EXPECT_EQ(Limits{}.max_subscriptions_per_connection, 2000U);
}

class IgnoringSink final : public ConnectionSink {
public:
    void send(OutboundMessage&) override {}
    void end(const Error&) override {}
};

/// A client of its own making, which the shard takes over when it goes.
class RetiredConnectionTest : public testing::Test {
protected:
    RetiredConnectionTest() { app->limits.max_subscriptions_per_connection = 0; }

    void subscribe_to_many(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            connection->on_text(R"({"event":"pusher:subscribe","data":{"channel":"c)" +
                                std::to_string(i) + R"("}})");
        }
    }

    ShardWorld world{1};
    std::shared_ptr<App> app = make_app();
    TestClient sink{world, 0, app};
    std::unique_ptr<Connection> connection =
        std::make_unique<Connection>(world.shard(0), sink, app, 120);
    EdgeChannels& edge = world.shard(0).edge_channels();
};

TEST_F(RetiredConnectionTest, EndsABoundedNumberOfSubscriptionsPerTurn) {
    constexpr std::size_t count = 300000;
    IgnoringSink ignoring;
    connection = std::make_unique<Connection>(world.shard(0), ignoring, app, 120);
    subscribe_to_many(count);
    Connection& leaver = *connection;
    ASSERT_EQ(leaver.subscriptions().size(), count);
    std::size_t held = count;
    edge.retire(std::move(connection));
    for (std::size_t turns = 1; edge.has_retired(); ++turns) {
        EXPECT_LE(held - leaver.subscriptions().size(), EdgeChannels::departures_per_turn_max);
        held = leaver.subscriptions().size();
        ASSERT_LE(turns, count / EdgeChannels::departures_per_turn_max);
        edge.continue_departures();
    }
    std::size_t occupied = 0;
    world.shard(0).home().for_each([&](auto, auto) { ++occupied; });
    EXPECT_EQ(occupied, 0U);
}

TEST_F(RetiredConnectionTest, SharesTheTurnWithOthersThatLeave) {
    subscribe_to_many(EdgeChannels::departures_per_turn_max);
    TestClient other{world, 0, app};
    other.subscribe("mine");
    edge.retire(std::move(connection));
    EXPECT_FALSE(edge.has_retired());
    other.connection.leave();
    EXPECT_EQ(other.connection.subscriptions().size(), 1U) << "the turn has no room left";
}

TEST_F(RetiredConnectionTest, ReceivesNothingWhileItStillHoldsChannels) {
    subscribe_to_many(EdgeChannels::departures_per_turn_max + 1);
    TestClient other{world, 0, app};
    other.subscribe("c0");
    edge.retire(std::move(connection));
    ASSERT_TRUE(edge.has_retired());
    sink.take();
    ASSERT_TRUE(world.shard(0).publish(
        *app, {{*ChannelName::parse("c0", app->limits), R"({"event":"e"})", {}}}, [] {}));
    EXPECT_EQ(sink.received.size(), 0U);
    EXPECT_EQ(other.take_names().back(), "e");
    world.settle();
    EXPECT_FALSE(edge.has_retired());
}

TEST_F(RetiredConnectionTest, IgnoresAnAnswerToItsJoinThatComesLate) {
    ShardWorld apart{2};
    TestClient elsewhere{apart, 0, app};
    auto leaver = std::make_unique<Connection>(apart.shard(0), elsewhere, app, 120);
    for (std::size_t i = 0; i < 2 * EdgeChannels::departures_per_turn_max + 2; ++i) {
        leaver->on_text(R"({"event":"pusher:subscribe","data":{"channel":"c)" + std::to_string(i) +
                        R"("}})");
    }
    apart.shard(0).edge_channels().retire(std::move(leaver));
    elsewhere.take();
    apart.settle();
    EXPECT_FALSE(apart.shard(0).edge_channels().has_retired());
    EXPECT_EQ(elsewhere.received.size(), 0U);
    std::size_t occupied = 0;
    for (std::uint16_t i = 0; i < 2; ++i) {
        apart.shard(i).home().for_each([&](auto, auto) { ++occupied; });
    }
    EXPECT_EQ(occupied, 0U);
}

TEST_F(ConnectionTest, ClientEventsReachTheOthersWithDataAsAString) {
    TestClient other{world, 2, app};
    for (TestClient* who : {&client, &other}) {
        who->subscribe_signed("private-a");
        who->join("presence-room", who == &client ? "a" : "b");
    }
    world.settle();
    client.take();
    other.take();
    client.client_event("private-a", "client-typing", {{"on", true}});
    client.client_event("presence-room", "client-typing", "text");
    world.settle();
    EXPECT_THAT(client.take(), IsEmpty());
    EXPECT_THAT(other.take(), testing::UnorderedElementsAre(json{{"event", "client-typing"},
                                                                 {"channel", "private-a"},
                                                                 {"data", "{\"on\":true}"}},
                                                            json{{"event", "client-typing"},
                                                                 {"channel", "presence-room"},
                                                                 {"data", "text"},
                                                                 {"user_id", "a"}}));
}

TEST_F(ConnectionTest, RefusesClientEventsThatBreakARule) {
    client.subscribe("news");
    client.subscribe_signed("private-a");
    world.settle();
    client.take();
    client.client_event("news", "client-x", 1);  // A public channel.
    expect_error(client, nullptr);
    client.client_event("private-b", "client-x", 1);  // Not subscribed.
    expect_error(client, nullptr);
    client.client_event("private-a", "client-" + std::string(194, 'x'), 1);
    expect_error(client, nullptr);
    client.client_event("private-a", "client-x", std::string(10241, 'x'));
    expect_error(client, nullptr);
    client.client_event("private-a", "client-" + std::string(193, 'x'), std::string(10240, 'x'));
    EXPECT_THAT(client.take(), IsEmpty());
    app->client_events = false;
    client.client_event("private-a", "client-x", 1);
    expect_error(client, nullptr);
}

TEST_F(ConnectionTest, DropsTheEleventhClientEventOfASecondAndStays) {
    client.subscribe_signed("private-a");
    world.settle();
    client.take();
    for (int i = 0; i < 10; ++i) client.client_event("private-a", "client-x", i);
    EXPECT_THAT(client.take(), IsEmpty());
    client.client_event("private-a", "client-x", 10);
    expect_error(client, 4301);
    world.pass(std::chrono::milliseconds(100));
    client.client_event("private-a", "client-x", 11);
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(ConnectionTest, RefusesClientEventsWhileTheHomeHasTooMuchWaiting) {
    const std::string channel = [&] {
        for (int i = 0;; ++i) {
            std::string name = "private-" + std::to_string(i);
            if (home_of(app->id.get(), name, 3) != ShardId{1}) return name;
        }
    }();
    client.subscribe_signed(channel);
    world.settle();
    client.take();
    world.set_full(true);
    client.client_event(channel, "client-x", 1);
    expect_error(client, 4301);
    client.unsubscribe(channel);  // Never refused.
    client.subscribe_signed(channel);
    world.settle();
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(ConnectionTest, ALateRefusalDoesNotReachTheNextConnection) {
    app->limits.max_presence_members = 1;
    TestClient member{world, 0, app};
    member.join("presence-room", "member");
    world.settle();
    auto leaving = std::make_unique<TestClient>(world, 2, app);
    leaving->join("presence-room", "late");
    leaving->client_event("presence-room", "client-x", 1);
    leaving.reset();
    TestClient next{world, 2, app};  // Takes the same place in the table.
    next.take();
    world.settle();
    EXPECT_THAT(next.take(), IsEmpty());
}

TEST_F(ConnectionTest, CountsEventsAndEachOfTheirDeliveries) {
    TestClient other{world, 1, app};
    for (TestClient* who : {&client, &other}) who->subscribe_signed("private-a");
    world.settle();
    publish("private-a");
    publish("nobody");
    client.client_event("private-a", "client-x", 1);
    world.settle();
    EXPECT_EQ(world.metrics(0).events_published, 2U);
    EXPECT_EQ(world.metrics(1).client_events, 1U);
    EXPECT_EQ(world.metrics(1).deliveries, 4U);
    EXPECT_EQ(world.shard(1).edge_channels().fanned_out(), (std::vector{world.now(), world.now()}));
}

TEST_F(ConnectionTest, AppsWithEqualChannelsAndUsersAreIsolated) {
    const auto other_app = make_app("other");
    TestClient stranger{world, 1, other_app};
    stranger.join("presence-room", "b");
    client.join("presence-room", "a");
    client.subscribe("news");
    stranger.subscribe("news");
    world.settle();
    client.take();
    stranger.take();
    publish("news");
    EXPECT_THAT(stranger.take(), IsEmpty());
    EXPECT_THAT(client.take_names(), ElementsAre("e"));
}

TEST(ConnectionLoad, IsWhatTheLastMessageAskedOfOthers) {
    ShardWorld world(3);
    auto app = make_app();
    app->watchlist_events = true;
    TestClient client(world, 0, app);
    client.send_message({{"event", "pusher:ping"}, {"data", nlohmann::json::object()}});
    EXPECT_EQ(client.connection.changes(), 0U);
    client.subscribe("news");
    EXPECT_EQ(client.connection.changes(), 1U);
    client.subscribe("not allowed!");
    EXPECT_EQ(client.connection.changes(), 1U);
    client.unsubscribe("news");
    EXPECT_EQ(client.connection.changes(), 1U);
    client.sign_in("ann", {"bob", "eve"});
    EXPECT_EQ(client.connection.changes(), 3U);
    client.sign_in("ann", {"bob"});
    EXPECT_EQ(client.connection.changes(), 2U);
}

TEST(ConnectionLoad, IsHeldBackWhileTheHomeThatItSentToHasMuchWaiting) {
    ShardWorld world(3);
    TestClient client(world, 0, make_app());
    world.set_full(true);
    client.send_message({{"event", "pusher:ping"}, {"data", nlohmann::json::object()}});
    EXPECT_FALSE(client.connection.is_held_back());
    client.subscribe("news");
    EXPECT_TRUE(client.connection.is_held_back());
    world.set_full(false);
    EXPECT_FALSE(client.connection.is_held_back());
}

}  // namespace
}  // namespace carillon::test
