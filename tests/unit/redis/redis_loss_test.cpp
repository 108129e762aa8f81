#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <thread>

#include "canned_server.hpp"
#include "carillon/redis/redis_connection.hpp"
#include "redis_client.hpp"
#include "support/redis_server.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = RedisConnection::Kind;

class RedisLossTest : public ::testing::Test {
protected:
    [[nodiscard]] bool is_lost(const RedisClient& client) {
        return loop.run_until([&] { return !client.losses.empty(); });
    }
    /// Whatever is still to come has come.
    void settle() {
        RedisClient last(loop, server.url());
        ASSERT_TRUE(last.open());
        for (int i = 0; i < 10; ++i) ASSERT_EQ(last.ask({"ECHO", "x"}), "x");
    }

    HandTurnedLoop loop;
    RedisServer server;
};

TEST_F(RedisLossTest, ComesIfNobodyListens) {
    RedisClient client(loop, "redis://127.0.0.1:" + std::to_string(free_port()));
    EXPECT_EQ(client.try_to_open(), "no connection: Connection refused");
    EXPECT_EQ(client.try_to_open(), "no connection: Connection refused");
    EXPECT_THAT(client.run_ids, IsEmpty());
}

TEST_F(RedisLossTest, ComesIfTheNameIsUnknown) {
    RedisClient client(loop, "redis://nobody.invalid");
    EXPECT_THAT(client.try_to_open(), StartsWith("nobody.invalid cannot be found"));
}

TEST_F(RedisLossTest, ComesIfNobodyAnswersWhileConnecting) {
    boost::asio::ip::tcp::acceptor mute(loop.get().context(),
                                        {boost::asio::ip::address_v4::loopback(), 0});
    RedisClient client(loop, "redis://127.0.0.1:" + std::to_string(mute.local_endpoint().port()),
                       {.timeout = 300ms});
    EXPECT_EQ(client.try_to_open(), "not connected within 300 ms: the server does not answer");
}

TEST_F(RedisLossTest, ComesIfACommandIsNotAnswered) {
    RedisClient client(loop, server.url(), {.timeout = 1s});
    ASSERT_TRUE(client.open());
    server.freeze();
    int answers = 0;
    for (int i = 0; i < 3; ++i) client.send({"PING"}, [&](const RedisReply&) { ++answers; });
    ASSERT_TRUE(is_lost(client));
    EXPECT_EQ(client.losses[0], "no answer for 1000 ms");
    EXPECT_EQ(client.connection->in_flight(), 0U);
    server.resume();
    settle();
    EXPECT_EQ(answers, 0);
    EXPECT_THAT(client.losses, SizeIs(1));
}

TEST_F(RedisLossTest, DoesNotComeFromAServerThatIsSlowButAnswers) {
    RedisClient client(loop, server.url(), {.timeout = 1s});
    ASSERT_TRUE(client.open());
    // 50 ms each; so long that few of them are carried out before their answers are sent.
    const std::string busy =
        "local from = os.clock() while os.clock() - from < 0.05 do end --" + std::string(8192, ' ');
    constexpr int count = 40;
    int answers = 0;
    for (int i = 0; i < count; ++i) {
        client.send({"EVAL", busy, "0"}, [&](const RedisReply&) { ++answers; });
    }
    EXPECT_TRUE(loop.run_until([&] { return answers == count || !client.losses.empty(); }));
    EXPECT_THAT(client.losses, IsEmpty());
}

TEST_F(RedisLossTest, ComesIfTheServerFallsSilentWhileNothingIsAsked) {
    RedisClient commands(loop, server.url(), {.timeout = 1s});
    RedisClient subscriptions(loop, server.url(), {.kind = Kind::subscriptions, .timeout = 1s});
    RedisClient subscribed(loop, server.url(), {.kind = Kind::subscriptions, .timeout = 1s});
    ASSERT_TRUE(commands.open() && subscriptions.open() && subscribed.open());
    ASSERT_TRUE(subscribed.subscribe({"SUBSCRIBE", "a"}));
    server.freeze();
    for (RedisClient* const client : {&commands, &subscriptions, &subscribed}) {
        ASSERT_TRUE(is_lost(*client));
        EXPECT_EQ(client->losses[0], "no answer for 1000 ms");
    }
}

TEST_F(RedisLossTest, DoesNotComeWhileAnIdleServerAnswersPings) {
    RedisClient commands(loop, server.url(), {.timeout = 1s});
    RedisClient subscriptions(loop, server.url(), {.kind = Kind::subscriptions, .timeout = 1s});
    RedisClient subscribed(loop, server.url(), {.kind = Kind::subscriptions, .timeout = 1s});
    ASSERT_TRUE(commands.open() && subscriptions.open() && subscribed.open());
    ASSERT_TRUE(subscribed.subscribe({"SUBSCRIBE", "a"}));
    RedisClient watcher(loop, server.url());
    ASSERT_TRUE(watcher.open());
    ASSERT_EQ(watcher.ask({"CONFIG", "RESETSTAT"}), "OK");
    const auto pings = [&] {
        const std::string stats = watcher.ask({"INFO", "commandstats"}).value_or("");
        const auto at = stats.find("cmdstat_ping:calls=");
        return at == std::string::npos ? 0 : std::stoi(stats.substr(at + 19));
    };
    while (pings() < 9) {
        for (const RedisClient* const client : {&commands, &subscriptions, &subscribed}) {
            ASSERT_THAT(client->losses, IsEmpty());
        }
    }
    EXPECT_THAT(subscriptions.pushes, IsEmpty());
    EXPECT_THAT(subscribed.pushes, SizeIs(1));
}

TEST_F(RedisLossTest, DoesNotComeBecauseThisLoopWasLateItself) {
    RedisClient client(loop, server.url(), {.timeout = 500ms});
    ASSERT_TRUE(client.open());
    const std::string large(std::size_t{64} << 10U, 'x');
    int answers = 0;
    for (int i = 0; i < 30; ++i) {
        client.send({"ECHO", large}, [&](const RedisReply&) { ++answers; });
    }
    // No event to wait for: that the loop itself stands still is what is tested.
    boost::asio::post(loop.get().context(), [] { std::this_thread::sleep_for(700ms); });
    ASSERT_TRUE(loop.run_until([&] { return answers == 30 || !client.losses.empty(); }));
    EXPECT_THAT(client.losses, IsEmpty());
}

TEST_F(RedisLossTest, ComesIfTheServerDies) {
    RedisClient commands(loop, server.url());
    RedisClient subscriptions(loop, server.url(), {.kind = Kind::subscriptions});
    ASSERT_TRUE(commands.open() && subscriptions.open());
    server.kill();
    ASSERT_TRUE(is_lost(commands) && is_lost(subscriptions));
    EXPECT_FALSE(commands.connection->is_ready());
}

TEST_F(RedisLossTest, EndsWithAnotherRunIdIfTheServerHasRestarted) {
    RedisClient client(loop, server.url());
    client.at_lost = [&] { client.connection->open(); };
    ASSERT_TRUE(client.open());
    server.restart();
    ASSERT_TRUE(loop.run_until([&] { return client.run_ids.size() == 2; }));
    EXPECT_NE(client.run_ids[0], client.run_ids[1]);
    EXPECT_EQ(client.ask({"ECHO", "x"}), "x");
}

TEST_F(RedisLossTest, ComesIfTheServerSpeaksAnotherProtocol) {
    const CannedServer other(loop.get().context(), "HTTP/1.1 400 Bad Request\r\n\r\n");
    RedisClient client(loop, other.url());
    EXPECT_THAT(client.try_to_open(), StartsWith("Protocol error"));
}

TEST_F(RedisLossTest, ComesWhileTheServerLoadsItsData) {
    const CannedServer loading(loop.get().context(), "-LOADING Redis is loading the data\r\n");
    RedisClient client(loop, loading.url());
    EXPECT_EQ(client.try_to_open(), "PING: LOADING Redis is loading the data");
}

TEST_F(RedisLossTest, ComesIfTheServerDoesNotSayWhichItIs) {
    const CannedServer proxy(loop.get().context(), "+PONG\r\n$9\r\n# Server\n\r\n");
    RedisClient client(loop, proxy.url());
    EXPECT_EQ(client.try_to_open(), "INFO: the server has no run_id");
}

TEST_F(RedisLossTest, ComesIfTheServerAnswersWhatNobodyAsked) {
    const CannedServer eager(loop.get().context(), "+PONG\r\n$8\r\nrun_id:1\r\n+stray\r\n");
    RedisClient client(loop, eager.url());
    EXPECT_EQ(client.try_to_open(), "an answer without a command");
    EXPECT_THAT(client.run_ids, ElementsAre("1"));
}

TEST_F(RedisLossTest, ReportsNoSecretThatTheServerRepeats) {
    for (const char* error :
         {"-ERR unknown command `AUTH`, with args beginning with: `s3cret`, \r\n",
          "-ERR what is s3cret\r\n"}) {
        const CannedServer telltale(loop.get().context(), error);
        RedisClient client(loop, telltale.url(":s3cret@"));
        EXPECT_THAT(client.try_to_open(), StartsWith("AUTH: "));
        EXPECT_THAT(client.losses[0], Not(HasSubstr("s3cret")));
    }
}

TEST_F(RedisLossTest, IsNotReportedOfAClosedConnection) {
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    client.send({"ECHO", "x"}, [](const RedisReply&) { FAIL(); });
    client.connection->flush();
    client.connection->close();
    EXPECT_FALSE(client.connection->is_ready());
    settle();
    EXPECT_THAT(client.losses, IsEmpty());
}

TEST_F(RedisLossTest, LeavesNothingOfAnOldSocketToTheNext) {
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    client.send({"ECHO", "old"}, [](const RedisReply&) { FAIL(); });
    client.connection->flush();
    ASSERT_EQ(client.try_to_open(), "");
    EXPECT_EQ(client.ask({"ECHO", "new"}), "new");
    EXPECT_THAT(client.losses, IsEmpty());
    EXPECT_THAT(client.run_ids, SizeIs(2));
}

TEST_F(RedisLossTest, LeavesAnOwnerFreeToDestroyWhatIsReady) {
    RedisClient client(loop, server.url());
    client.at_ready = [&] { client.connection.reset(); };
    client.connection->open();
    ASSERT_TRUE(loop.run_until([&] { return !client.connection; }));
    settle();
    EXPECT_THAT(client.losses, IsEmpty());
}

TEST_F(RedisLossTest, LeavesAnOwnerFreeToDestroyWhatAnswers) {
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    client.send({"ECHO", "x"}, [&](const RedisReply& reply) {
        client.connection.reset();
        EXPECT_EQ(reply.text(), "x");
    });
    client.send({"ECHO", "y"}, [](const RedisReply&) { FAIL(); });
    ASSERT_TRUE(loop.run_until([&] { return !client.connection; }));
    settle();
}

TEST_F(RedisLossTest, LeavesAnOwnerFreeToCloseWhatPushes) {
    RedisClient client(loop, server.url(), {.kind = Kind::subscriptions});
    client.at_push = [&] { client.connection->close(); };
    ASSERT_TRUE(client.open());
    ASSERT_TRUE(client.subscribe({"SUBSCRIBE", "a", "b", "c"}));
    settle();
    EXPECT_THAT(client.pushes, ElementsAre(ElementsAre("subscribe", "a", "1")));
}

TEST_F(RedisLossTest, LeavesAnOwnerFreeToDestroyWhatIsLost) {
    RedisClient client(loop, server.url());
    client.at_lost = [&] { client.connection.reset(); };
    ASSERT_TRUE(client.open());
    server.restart();
    ASSERT_TRUE(loop.run_until([&] { return !client.connection; }));
    settle();
}

TEST_F(RedisLossTest, LeavesAnOwnerFreeToDestroyWhatConnectsAtAnyStep) {
    const std::string port = std::to_string(server.port());
    for (const char* host : {"redis://127.0.0.1:", "redis://localhost:"}) {
        bool ready = false;
        for (int steps = 0; !ready; ++steps) {
            RedisClient client(loop, host + port);
            client.connection->open();
            loop.get().context().restart();
            for (int i = 0; i < steps && client.run_ids.empty(); ++i) {
                loop.get().context().run_one();
            }
            ready = !client.run_ids.empty();
            client.connection.reset();
            settle();
            EXPECT_THAT(client.losses, IsEmpty());
        }
    }
}

TEST_F(RedisLossTest, NeedsNoLoopThatRunsOn) {
    RedisClient client(loop, "redis://localhost:" + std::to_string(server.port()));
    client.connection->open();
    loop.get().context().poll();
    // Both are destroyed with everything under way.
}

}  // namespace
}  // namespace carillon::test
