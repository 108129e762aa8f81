#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Departures that may be undone while a grace lasts, and webhooks on their way.
class GraceScript : public ::testing::Test {
protected:
    ScriptNode& with(const std::string& rule) {
        world.rules = {"7", rule};
        node.join();
        return node;
    }
    /// As if the grace were over.
    void end_grace() {
        for (const std::string& entry :
             world.command({"ZRANGE", world.key("due"), "0", "-1"}).texts()) {
            world.command({"ZADD", world.key("due"), "XX", "1", entry});
        }
    }

    ScriptWorld world;
    ScriptNode node{world, "a.1"};
};

TEST_F(GraceScript, ADepartureWithoutGraceIsQueuedAtOnce) {
    with("ov 0");
    node.sync_topic({news, 1});
    node.sync_topic({news, 0});
    node.sync_topic({news, 1});
    EXPECT_THAT(world.webhooks(),
                ElementsAre("o 0 8 c1:7news", "v 0 8 c1:7news", "o 0 8 c1:7news"));
}

TEST_F(GraceScript, ADepartureIsQueuedWhenTheGraceIsOver) {
    with("ov 1");
    node.sync_topic({news, 1});
    const Reply reply = node.sync_topic({news, 0});
    EXPECT_NE(reply[3].text, "-");
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
    world.pass(1);
    const Reply renewed = node.renew_lease();
    EXPECT_EQ(renewed[2].text, "-");
    EXPECT_EQ(renewed[3].text, "1");
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(GraceScript, ADepartureIsNotQueuedBefore) {
    with("ov 60000");
    node.sync_topic({news, 1});
    const Reply reply = node.sync_topic({news, 0});
    EXPECT_GT(std::stoi(reply[3].text), 0);
    EXPECT_LE(std::stoi(reply[3].text), 60'001);
    (void)world.webhooks();
    const Reply renewed = node.renew_lease();
    EXPECT_NE(renewed[2].text, "-");
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(GraceScript, AReturnWithinTheGraceQueuesNothing) {
    with("ovarnf 60000");
    node.sync_topic({news, 1});
    node.sync_topic({room, 1, {{"+", "u1"}}});
    node.sync_topic({ann, 1});
    EXPECT_THAT(world.webhooks(), SizeIs(4));
    for (int i = 0; i < 3; ++i) {
        node.sync_topic({news, 0});
        node.sync_topic({room, 0, {{"-", "u1"}}});
        node.sync_topic({ann, 0});
        node.sync_topic({news, 1});
        node.sync_topic({room, 1, {{"+", "u1"}}});
        node.sync_topic({ann, 1});
    }
    end_grace();
    EXPECT_EQ(node.renew_lease()[2].text, "-");
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_THAT(world.messages(room), SizeIs(7)) << "those who look on see all of it";
}

TEST_F(GraceScript, MembersLeaveEachOnTheirOwn) {
    with("ar 60000");
    node.sync_topic({room, 2, {{"+", "u1"}, {"+", "u2"}}});
    (void)world.webhooks();
    node.sync_topic({room, 1, {{"-", "u1"}, {"-", "u2"}, {"+", "u2"}}});
    end_grace();
    node.renew_lease();
    EXPECT_THAT(world.webhooks(), ElementsAre("r 0 17 p1:7presence-roomu1"));
}

TEST_F(GraceScript, AnAppThatWantsArrivalsOnlyGetsNoneForAReturnInTime) {
    with("o 60000");
    node.sync_topic({news, 1});
    node.sync_topic({news, 0});
    node.sync_topic({news, 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
    node.sync_topic({news, 0});
    end_grace();
    node.renew_lease();
    EXPECT_THAT(world.webhooks(), IsEmpty());
    node.sync_topic({news, 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
}

TEST_F(GraceScript, AnAppThatWantsDeparturesOnlyGetsThoseThatLast) {
    with("v 60000");
    node.sync_topic({news, 1});
    node.sync_topic({news, 0});
    node.sync_topic({news, 1});
    end_grace();
    node.renew_lease();
    EXPECT_THAT(world.webhooks(), IsEmpty());
    node.sync_topic({news, 0});
    end_grace();
    node.renew_lease();
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(GraceScript, QueuesDueEntriesInOrder) {
    with("v 1");
    for (const std::string topic : {"c1:7x", "c1:7b", "c1:7a"}) {
        node.sync_topic({topic, 1});
        node.sync_topic({topic, 0});
        world.pass(1);
    }
    node.renew_lease();
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 5 c1:7x", "v 0 5 c1:7b", "v 0 5 c1:7a"));
}

TEST_F(GraceScript, TakesTheOldestWebhooksOnce) {
    with("o 0");
    for (const std::string topic : {"c1:7a", "c1:7b", "c1:7c"}) node.sync_topic({topic, 1});
    EXPECT_THAT(world.webhooks(2), ElementsAre("o 0 5 c1:7a", "o 0 5 c1:7b"));
    EXPECT_THAT(world.webhooks(2), ElementsAre("o 0 5 c1:7c"));
    const Reply none = world.run(scripts::TakeWebhooks{2});
    EXPECT_FALSE(none.is_nil);
    EXPECT_THAT(none.items, IsEmpty());
}

TEST_F(GraceScript, ACacheMissIsQueuedOncePerSecond) {
    with("m 60000");
    const std::string cache = "c1:7cache-news";
    EXPECT_EQ(world.run(scripts::CacheMiss{cache}).text, "1");
    EXPECT_EQ(world.run(scripts::CacheMiss{cache}).text, "1");
    EXPECT_EQ(world.run(scripts::CacheMiss{"c1:7cache-other"}).text, "2");
    EXPECT_THAT(world.webhooks(), ElementsAre("m 0 14 c1:7cache-news", "m 0 15 c1:7cache-other"));
    const long quiet = std::stol(world.command({"PTTL", world.key("x:" + cache)}).text);
    EXPECT_GT(quiet, 0);
    EXPECT_LE(quiet, 1000);
    world.command({"DEL", world.key("x:" + cache)});
    EXPECT_EQ(world.run(scripts::CacheMiss{cache}).text, "1");
}

TEST_F(GraceScript, ACacheMissIsNotQueuedIfTheAppDoesNotWantIt) {
    with("ov 0");
    EXPECT_EQ(world.run(scripts::CacheMiss{"c1:7cache-news"}).text, "0");
    EXPECT_EQ(world.run(scripts::CacheMiss{"c1:8cache-news"}).text, "0");
}

}  // namespace
}  // namespace carillon::test
