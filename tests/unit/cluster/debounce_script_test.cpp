#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Departures that may be undone while a grace lasts, and webhooks on their way.
class DebounceScript : public ::testing::Test {
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

TEST_F(DebounceScript, ADepartureWithoutGraceIsToldAtOnce) {
    with("ov 0");
    node.hold({news, 1});
    node.hold({news, 0});
    node.hold({news, 1});
    EXPECT_THAT(world.webhooks(),
                ElementsAre("o 0 8 c1:7news", "v 0 8 c1:7news", "o 0 8 c1:7news"));
}

TEST_F(DebounceScript, ADepartureIsToldWhenTheGraceIsOver) {
    with("ov 1");
    node.hold({news, 1});
    const Reply reply = node.hold({news, 0});
    EXPECT_NE(reply[3].text, "-");
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
    world.pass(1);
    const Reply renewed = node.renew();
    EXPECT_EQ(renewed[2].text, "-");
    EXPECT_EQ(renewed[3].text, "1");
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(DebounceScript, ADepartureIsNotToldBefore) {
    with("ov 60000");
    node.hold({news, 1});
    const Reply reply = node.hold({news, 0});
    EXPECT_GT(std::stoi(reply[3].text), 0);
    EXPECT_LE(std::stoi(reply[3].text), 60'001);
    (void)world.webhooks();
    const Reply renewed = node.renew();
    EXPECT_NE(renewed[2].text, "-");
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(DebounceScript, WhatIsBackInTimeHasNeverLeft) {
    with("ovarnf 60000");
    node.hold({news, 1});
    node.hold({room, 1, {{"+", "u1"}}});
    node.hold({ann, 1});
    EXPECT_THAT(world.webhooks(), SizeIs(4));
    for (int i = 0; i < 3; ++i) {
        node.hold({news, 0});
        node.hold({room, 0, {{"-", "u1"}}});
        node.hold({ann, 0});
        node.hold({news, 1});
        node.hold({room, 1, {{"+", "u1"}}});
        node.hold({ann, 1});
    }
    end_grace();
    EXPECT_EQ(node.renew()[2].text, "-");
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_THAT(world.said(room), SizeIs(7)) << "those who look on see all of it";
}

TEST_F(DebounceScript, MembersLeaveEachOnTheirOwn) {
    with("ar 60000");
    node.hold({room, 2, {{"+", "u1"}, {"+", "u2"}}});
    (void)world.webhooks();
    node.hold({room, 1, {{"-", "u1"}, {"-", "u2"}, {"+", "u2"}}});
    end_grace();
    node.renew();
    EXPECT_THAT(world.webhooks(), ElementsAre("r 0 17 p1:7presence-roomu1"));
}

TEST_F(DebounceScript, WhoOnlyWantsArrivalsHearsOfNoneThatWasNoDeparture) {
    with("o 60000");
    node.hold({news, 1});
    node.hold({news, 0});
    node.hold({news, 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
    node.hold({news, 0});
    end_grace();
    node.renew();
    EXPECT_THAT(world.webhooks(), IsEmpty());
    node.hold({news, 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
}

TEST_F(DebounceScript, WhoOnlyWantsDeparturesHearsOfThoseThatLast) {
    with("v 60000");
    node.hold({news, 1});
    node.hold({news, 0});
    node.hold({news, 1});
    end_grace();
    node.renew();
    EXPECT_THAT(world.webhooks(), IsEmpty());
    node.hold({news, 0});
    end_grace();
    node.renew();
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(DebounceScript, TellsWhatIsDueInItsOrder) {
    with("v 1");
    for (const std::string topic : {"c1:7x", "c1:7b", "c1:7a"}) {
        node.hold({topic, 1});
        node.hold({topic, 0});
        world.pass(1);
    }
    node.renew();
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 5 c1:7x", "v 0 5 c1:7b", "v 0 5 c1:7a"));
}

TEST_F(DebounceScript, TakeGivesTheOldestAndNoneTwice) {
    with("o 0");
    for (const std::string topic : {"c1:7a", "c1:7b", "c1:7c"}) node.hold({topic, 1});
    EXPECT_THAT(world.run(scripts::take_webhooks, {"2"}).texts(),
                ElementsAre("o 0 5 c1:7a", "o 0 5 c1:7b"));
    EXPECT_THAT(world.run(scripts::take_webhooks, {"2"}).texts(), ElementsAre("o 0 5 c1:7c"));
    const Reply none = world.run(scripts::take_webhooks, {"2"});
    EXPECT_FALSE(none.is_nil);
    EXPECT_THAT(none.items, IsEmpty());
}

TEST_F(DebounceScript, AMissedEventIsToldOnceASecond) {
    with("m 60000");
    const std::string cache = "c1:7cache-news";
    EXPECT_EQ(world.run(scripts::cache_miss, {cache}).text, "1");
    EXPECT_EQ(world.run(scripts::cache_miss, {cache}).text, "1");
    EXPECT_EQ(world.run(scripts::cache_miss, {"c1:7cache-other"}).text, "2");
    EXPECT_THAT(world.webhooks(), ElementsAre("m 0 14 c1:7cache-news", "m 0 15 c1:7cache-other"));
    const long quiet = std::stol(world.command({"PTTL", world.key("x:" + cache)}).text);
    EXPECT_GT(quiet, 0);
    EXPECT_LE(quiet, 1000);
    world.command({"DEL", world.key("x:" + cache)});
    EXPECT_EQ(world.run(scripts::cache_miss, {cache}).text, "1");
}

TEST_F(DebounceScript, AMissedEventIsNotToldIfNobodyWantsIt) {
    with("ov 0");
    EXPECT_EQ(world.run(scripts::cache_miss, {"c1:7cache-news"}).text, "0");
    EXPECT_EQ(world.run(scripts::cache_miss, {"c1:8cache-news"}).text, "0");
}

}  // namespace
}  // namespace carillon::test
