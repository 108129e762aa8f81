#include "carillon/redis/redis_connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <numeric>

#include "redis_client.hpp"
#include "support/redis_server.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Kind = RedisConnection::Kind;

class RedisConnectionTest : public ::testing::Test {
protected:
    HandTurnedLoop loop;
};

TEST_F(RedisConnectionTest, ReportsTheServersRunId) {
    const RedisServer server;
    RedisClient client(loop, server.url());
    EXPECT_FALSE(client.connection->is_ready());
    ASSERT_TRUE(client.open());
    EXPECT_TRUE(client.connection->is_ready());
    ASSERT_EQ(client.run_ids.size(), 1U);
    EXPECT_EQ(client.run_ids[0].size(), 40U);
    EXPECT_NE(client.ask({"INFO", "server"})->find(client.run_ids[0]), std::string::npos);
}

TEST_F(RedisConnectionTest, FindsAServerByName) {
    const RedisServer server;
    RedisClient client(loop, "redis://localhost:" + std::to_string(server.port()));
    EXPECT_TRUE(client.open());
}

TEST_F(RedisConnectionTest, AnswersInTheOrderOfCommands) {
    const RedisServer server;
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    LatencyHistogram round_trips;
    client.connection->measure(round_trips);
    constexpr int commands = 10'000;
    std::vector<std::string> answers;
    std::vector<std::string> expected;
    for (int i = 0; i < commands; ++i) {
        expected.push_back(std::to_string(i));
        client.send({"ECHO", expected.back()},
                    [&](const RedisReply& reply) { answers.emplace_back(reply.text()); });
    }
    EXPECT_EQ(client.connection->in_flight(), 10'000U);
    EXPECT_GT(client.connection->bytes_waiting(), 100'000U);
    // The last answer may be heard of before the write that it answers to.
    ASSERT_TRUE(loop.run_until([&] {
        return answers.size() == expected.size() && client.connection->bytes_waiting() == 0;
    }));
    EXPECT_EQ(answers, expected);
    EXPECT_EQ(client.connection->in_flight(), 0U);
    const auto& counts = round_trips.counts();
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 10'000U);
}

TEST_F(RedisConnectionTest, GoesOnWritingWhatGathersWhileItWrites) {
    const RedisServer server;
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    const std::string large(std::size_t{16} << 20U, 'x');
    client.send({"SET", "large", large});
    client.connection->flush();
    client.send({"APPEND", "large", "yz"});
    std::string tail;
    client.send({"GETRANGE", "large", "-3", "-1"},
                [&](const RedisReply& reply) { tail = reply.text(); });
    // Without a flush of its own.
    auto& context = loop.get().context();
    while (tail.empty()) context.run_one();
    EXPECT_EQ(tail, "xyz");
}

TEST_F(RedisConnectionTest, CarriesAnyBytesAndLargeReplies) {
    const RedisServer server;
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    std::string bytes(std::size_t{3} << 20U, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    EXPECT_EQ(client.ask({"SET", "", bytes}), "OK");
    EXPECT_EQ(client.ask({"GET", ""}), bytes);
}

TEST_F(RedisConnectionTest, PassesErrorsToTheCaller) {
    const RedisServer server;
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    EXPECT_THAT(*client.ask({"NONSENSE"}), StartsWith("ERR unknown command"));
    EXPECT_EQ(client.ask({"ECHO", "still here"}), "still here");
    EXPECT_THAT(client.losses, IsEmpty());
}

TEST_F(RedisConnectionTest, SelectsItsDatabase) {
    const RedisServer server;
    RedisClient third(loop, server.url() + "/3");
    RedisClient first(loop, server.url());
    ASSERT_TRUE(third.open());
    ASSERT_TRUE(first.open());
    EXPECT_EQ(third.ask({"SET", "a", "b"}), "OK");
    EXPECT_EQ(first.ask({"DBSIZE"}), "0");
    EXPECT_EQ(first.ask({"SELECT", "3"}), "OK");
    EXPECT_EQ(first.ask({"GET", "a"}), "b");
}

TEST_F(RedisConnectionTest, IsLostIfThereIsNoSuchDatabase) {
    const RedisServer server;
    RedisClient client(loop, server.url() + "/16");
    EXPECT_EQ(client.try_to_open(), "SELECT: ERR DB index is out of range");
}

TEST_F(RedisConnectionTest, SignsInAsAUser) {
    const RedisServer server(
        {"--user", "default", "off", "--user", "al:ice", "on", ">p@ss/%w:d", "~*", "&*", "+@all"});
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    RedisClient client(loop, "redis://al%3Aice:p%40ss%2F%25w%3Ad@" + at);
    ASSERT_TRUE(client.open());
    EXPECT_EQ(client.ask({"ACL", "WHOAMI"}), "al:ice");
}

TEST_F(RedisConnectionTest, SignsInWithAPasswordAlone) {
    const RedisServer server({"--requirepass", "s3cret"});
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    RedisClient client(loop, "redis://:s3cret@" + at);
    ASSERT_TRUE(client.open());
    EXPECT_EQ(client.ask({"ACL", "WHOAMI"}), "default");
}

TEST_F(RedisConnectionTest, IsLostWithTheServersReasonIfItMayNotSignIn) {
    const RedisServer server({"--requirepass", "right"});
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    RedisClient wrong(loop, "redis://:s3cret@" + at);
    EXPECT_THAT(wrong.try_to_open(), StartsWith("AUTH: WRONGPASS"));
    EXPECT_EQ(wrong.losses[0].find("s3cret"), std::string::npos);
    RedisClient none(loop, server.url());
    EXPECT_THAT(none.try_to_open(), StartsWith("PING: NOAUTH"));
    EXPECT_THAT(none.run_ids, IsEmpty());
}

class RedisSubscriptionTest : public RedisConnectionTest {
protected:
    RedisServer server;
    RedisClient publisher{loop, server.url()};
    RedisClient subscriber{loop, server.url(), {.kind = Kind::subscriptions}};
};

TEST_F(RedisSubscriptionTest, HasEverythingPushedInOrder) {
    ASSERT_TRUE(publisher.open() && subscriber.open());
    ASSERT_TRUE(subscriber.subscribe({"SUBSCRIBE", "a", "b"}));
    ASSERT_TRUE(subscriber.subscribe({"PSUBSCRIBE", "c*"}));
    ASSERT_TRUE(loop.run_until([&] { return subscriber.pushes.size() == 3; }));
    EXPECT_THAT(subscriber.pushes,
                ElementsAre(ElementsAre("subscribe", "a", "1"), ElementsAre("subscribe", "b", "2"),
                            ElementsAre("psubscribe", "c*", "3")));
    subscriber.pushes.clear();
    std::vector<std::vector<std::string>> expected;
    for (int i = 0; i < 1000; ++i) {
        const std::string text = std::to_string(i);
        const std::string channel(1, static_cast<char>('a' + i % 3));
        publisher.send({"PUBLISH", channel, text});
        if (channel == "c") {
            expected.push_back({"pmessage", "c*", "c", text});
        } else {
            expected.push_back({"message", channel, text});
        }
    }
    ASSERT_TRUE(loop.run_until([&] { return subscriber.pushes.size() == expected.size(); }));
    EXPECT_EQ(subscriber.pushes, expected);
}

TEST_F(RedisSubscriptionTest, HasShardedMessagesAndItsOwnPingsPushed) {
    ASSERT_TRUE(publisher.open() && subscriber.open());
    ASSERT_TRUE(subscriber.subscribe({"SSUBSCRIBE", "s"}));
    EXPECT_EQ(publisher.ask({"SPUBLISH", "s", "x"}), "1");
    ASSERT_TRUE(loop.run_until([&] { return subscriber.pushes.size() == 2; }));
    ASSERT_TRUE(subscriber.subscribe({"PING", "so far"}));
    ASSERT_TRUE(subscriber.subscribe({"SUNSUBSCRIBE", "s"}));
    EXPECT_THAT(subscriber.pushes,
                ElementsAre(ElementsAre("ssubscribe", "s", "1"), ElementsAre("smessage", "s", "x"),
                            ElementsAre("pong", "so far"), ElementsAre("sunsubscribe", "s", "0")));
    EXPECT_EQ(subscriber.connection->in_flight(), 0U);
}

TEST_F(RedisSubscriptionTest, IsLostWithTheServersReasonIfItMayNotSubscribe) {
    ASSERT_TRUE(publisher.open());
    EXPECT_EQ(publisher.ask({"ACL", "SETUSER", "bob", "on", ">pw", "+@all", "resetchannels"}),
              "OK");
    RedisClient bob(loop, "redis://bob:pw@127.0.0.1:" + std::to_string(server.port()),
                    {.kind = Kind::subscriptions});
    ASSERT_TRUE(bob.open());
    bob.send({"SUBSCRIBE", "a"});
    ASSERT_TRUE(loop.run_until([&] { return !bob.losses.empty(); }));
    EXPECT_THAT(bob.losses[0], StartsWith("NOPERM"));
}

}  // namespace
}  // namespace carillon::test
