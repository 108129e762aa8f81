#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// How nodes come, stay, end, and are cleared away.
class NodeLifeScript : public ::testing::Test {
protected:
    NodeLifeScript() {
        world.rules = {"7", "ovarnf 0"};
        a.join();
        b.join();
    }

    /// As if the node had not renewed its lease.
    void end_lease(const ScriptNode& node) {
        world.command({"HSET", world.key("nodes"), node.id, "1"});
    }
    /// Until nothing is left; how many steps that took.
    int clear_all(ScriptNode& by, const ScriptNode& dead, std::uint64_t most) {
        for (int steps = 1; steps < 1000; ++steps) {
            const Reply reply = by.clear(dead.id, most);
            EXPECT_EQ(reply[0].text, "OK");
            if (reply[1].text == "1") return steps;
        }
        return -1;
    }
    void forget_what_was_said() {
        for (const std::string& topic : {news, room, ann}) (void)world.said(topic);
        (void)world.webhooks();
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(NodeLifeScript, AFirstRegistrationOpensNoRecovery) {
    ScriptNode c(world, "c.1");
    const Reply reply = c.enroll();
    EXPECT_EQ(reply[0].text, "OK");
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_THAT(reply[2].texts(), UnorderedElementsAre("a.1", "b.1", "c.1"));
    const Reply complete = c.complete();
    EXPECT_THAT(complete.texts(), ElementsAre("OK", "0", "0"));
    EXPECT_EQ(world.field("meta", "run"), world.epoch);
}

TEST_F(NodeLifeScript, RenewalKeepsALeaseAlive) {
    end_lease(b);
    ScriptNode c(world, "c.1", 60'000);
    c.join();
    const std::uint64_t before = world.now_ms();
    const Reply reply = c.renew(false);
    EXPECT_EQ(reply[0].text, "OK");
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_EQ(reply[2].text, "-");
    EXPECT_EQ(reply[3].text, "0");
    EXPECT_THAT(reply[4].texts(), UnorderedElementsAre("a.1", "b.1", "c.1"));
    EXPECT_THAT(reply[5].items, IsEmpty());
    EXPECT_GE(std::stoull(world.field("nodes", "c.1")), before + 60'000);
}

TEST_F(NodeLifeScript, ALapsedLeaseIsFoundByWhoMayClear) {
    ScriptNode c(world, "c.1", 1);
    c.enroll();
    world.pass(1);
    EXPECT_THAT(a.renew(false)[5].items, IsEmpty());
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    const Reply reply = a.renew(true);
    EXPECT_THAT(reply[5].texts(), ElementsAre("c.1"));
    EXPECT_THAT(reply[4].texts(), UnorderedElementsAre("a.1", "b.1"));
    EXPECT_THAT(c.hold({news, 1}).texts(), ElementsAre("STALE"));
}

TEST_F(NodeLifeScript, AProcessMayAlwaysClearItsFormerSelf) {
    end_lease(a);
    ScriptNode again(world, "a.2");
    again.join();
    EXPECT_THAT(b.renew(false)[5].items, IsEmpty());
    EXPECT_THAT(again.renew(false)[5].texts(), ElementsAre("a.1"));
}

TEST_F(NodeLifeScript, AFormerIdIsOverAndClaimedAtOnce) {
    a.hold({room, 1, {{"+", "u1"}}});
    ScriptNode again(world, "a.2");
    const Reply reply = again.enroll("a b", "a.1", world.epoch);
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_THAT(reply[2].texts(), UnorderedElementsAre("a.2", "b.1"));
    EXPECT_THAT(a.hold({news, 1}).texts(), ElementsAre("STALE")) << "though its lease goes on";
    EXPECT_THAT(b.renew()[5].items, IsEmpty());
    // First it brings what it holds, so that who stays does not seem to go.
    again.hold({room, 1, {{"+", "u1"}}});
    again.complete();
    EXPECT_EQ(clear_all(again, a, 200), 1);
    EXPECT_THAT(world.said(room), ElementsAre("a 2 u1{}"));
    EXPECT_EQ(world.field("all", room), "1");
}

TEST_F(NodeLifeScript, AFormerIdThatIsForgottenStaysSo) {
    ScriptNode again(world, "a.2");
    EXPECT_EQ(again.enroll("a b", "a.0", world.epoch)[0].text, "OK");
    EXPECT_THAT(world.hash("dead"), IsEmpty());
}

TEST_F(NodeLifeScript, AClaimPreventsTwoClearers) {
    end_lease(b);
    ScriptNode c(world, "c.1");
    c.join();
    EXPECT_THAT(a.renew(true, 60'000)[5].texts(), ElementsAre("b.1"));
    EXPECT_THAT(c.renew(true, 60'000)[5].items, IsEmpty());
    EXPECT_THAT(a.renew(true, 1)[5].texts(), ElementsAre("b.1")) << "it goes on with its own";
    world.pass(1);
    EXPECT_THAT(c.renew(true, 60'000)[5].texts(), ElementsAre("b.1"))
        << "who claimed it has not come back";
    EXPECT_THAT(a.renew(true, 60'000)[5].items, IsEmpty());
}

TEST_F(NodeLifeScript, ClearingRenewsTheClaim) {
    end_lease(b);
    world.command({"HSET", world.key("h:b.1"), news, "1", "c1:7other", "1"});
    EXPECT_THAT(a.renew(true, 1)[5].texts(), ElementsAre("b.1"));
    EXPECT_EQ(a.clear("b.1", 1)[1].text, "0");
    world.pass(1);
    ScriptNode c(world, "c.1");
    c.join();
    EXPECT_THAT(c.renew(true)[5].items, IsEmpty());
}

TEST_F(NodeLifeScript, WhatADeadNodeHeldGoesPieceByPiece) {
    ScriptNode::Hold hold{room, 7};
    for (int i = 1; i <= 7; ++i) hold.steps.push_back({"+", "u" + std::to_string(i)});
    b.hold(hold);
    b.hold({news, 2});
    b.hold({ann, 1});
    a.hold({room, 3, {{"+", "u1"}, {"+", "u9"}}});
    a.hold({news, 1});
    forget_what_was_said();
    end_lease(b);
    ASSERT_THAT(a.renew()[5].texts(), ElementsAre("b.1"));

    EXPECT_EQ(a.clear("b.1", 3)[1].text, "0");
    EXPECT_THAT(world.hash("u:b.1"), SizeIs(4));
    EXPECT_THAT(world.hash("h:b.1"), SizeIs(3)) << "members go first";
    EXPECT_EQ(clear_all(a, b, 3), 3) << "four members and three topics; the last step has room";

    std::vector<std::string> removed = world.said(room);
    std::ranges::sort(removed);
    EXPECT_THAT(removed, ElementsAre("r 2 u2", "r 2 u3", "r 2 u4", "r 2 u5", "r 2 u6", "r 2 u7"))
        << "each once, and not who is still on the other node";
    EXPECT_THAT(world.hash("m:" + room), SizeIs(2));
    EXPECT_EQ(world.field("m:" + room, "u1"), "1 {}");
    EXPECT_EQ(world.field("all", room), "3");
    EXPECT_EQ(world.field("all", news), "1");
    EXPECT_EQ(world.field("all", ann), "");
    EXPECT_THAT(world.said(ann), ElementsAre("f "));
    EXPECT_THAT(world.webhooks(), SizeIs(7)) << "six members and a user";
    EXPECT_THAT(world.hash("h:b.1"), IsEmpty());
    EXPECT_THAT(world.hash("u:b.1"), IsEmpty());
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    EXPECT_THAT(a.renew()[5].items, IsEmpty());
}

TEST_F(NodeLifeScript, MembersGoBeforeTheirChannelIsVacated) {
    b.hold({room, 1, {{"+", "u1"}}});
    forget_what_was_said();
    end_lease(b);
    a.renew();
    EXPECT_EQ(clear_all(a, b, 200), 1);
    EXPECT_THAT(world.webhooks(),
                ElementsAre("r 0 17 p1:7presence-roomu1", "v 0 17 p1:7presence-room"));
}

TEST_F(NodeLifeScript, ClearingTellsCountsAgain) {
    a.hold({news, 3, {}, true});
    b.hold({news, 2, {}, true});
    forget_what_was_said();
    end_lease(b);
    a.renew();
    clear_all(a, b, 200);
    EXPECT_THAT(world.said(news), ElementsAre("k 3"));
}

TEST_F(NodeLifeScript, ClearingIsForNobodyElse) {
    a.hold({news, 1});
    const auto before = world.everything("ops");
    EXPECT_EQ(b.clear("a.1")[1].text, "1") << "it lives";
    EXPECT_EQ(b.clear("nobody.1")[1].text, "1");
    EXPECT_EQ(world.everything("ops"), before);
}

TEST_F(NodeLifeScript, TheGraceBeginsWhenANodeIsCleared) {
    world.rules = {"7", "ovar 60000"};
    ScriptNode c(world, "c.1");
    c.join();
    b.hold({room, 1, {{"+", "u1"}}});
    forget_what_was_said();
    end_lease(b);
    a.renew();
    clear_all(a, b, 200);
    EXPECT_THAT(world.said(room), ElementsAre("r 2 u1"));
    c.hold({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(world.webhooks(), IsEmpty()) << "they have come to another node in time";
    EXPECT_EQ(c.renew()[2].text, "-");
}

TEST_F(NodeLifeScript, WhoLeavesHoldingNothingIsForgotten) {
    b.hold({news, 1});
    b.hold({news, 0});
    EXPECT_THAT(b.leave().texts(), ElementsAre("OK"));
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    EXPECT_THAT(a.renew()[4].texts(), ElementsAre("a.1"));
    EXPECT_THAT(b.hold({news, 1}).texts(), ElementsAre("STALE"));
}

TEST_F(NodeLifeScript, WhatWhoLeavesStillHoldsIsClearedByAnother) {
    b.hold({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(b.leave().texts(), ElementsAre("OK"));
    EXPECT_THAT(a.renew()[5].texts(), ElementsAre("b.1")) << "at once";
    EXPECT_EQ(clear_all(a, b, 200), 1);
    EXPECT_THAT(world.said(room), ElementsAre("a 2 u1{}", "r 2 u1"));
}

TEST_F(NodeLifeScript, WhatANodeSaidLastStaysKnownForAWhile) {
    world.publish(news, "b", 3, "x");
    b.leave();
    EXPECT_NE(world.field("ops", "b.1"), "");
    a.renew();
    EXPECT_NE(world.field("ops", "b.1"), "");
    world.command({"ZADD", world.key("gone"), "XX", "1", "b.1"});  // As if it were over.
    a.renew();
    EXPECT_EQ(world.field("ops", "b.1"), "");
    EXPECT_EQ(world.field("events", "b"), "");
    EXPECT_EQ(world.command({"ZCARD", world.key("gone")}).text, "0");
}

TEST_F(NodeLifeScript, WhatAProcessSaidLastStaysKnownWhileItLives) {
    world.command({"HSET", world.key("events"), "b", "3"});
    ScriptNode again(world, "b.2");
    again.join();
    b.leave();
    world.command({"ZADD", world.key("gone"), "XX", "1", "b.1"});
    a.renew();
    EXPECT_EQ(world.field("ops", "b.1"), "");
    EXPECT_EQ(world.field("events", "b"), "3");
}

/// A command of a connection that was given up may come when later ones have been carried out. What
/// it said would have a number that was passed, and nobody would hear it.
TEST_F(NodeLifeScript, WhatComesLateChangesNothing) {
    b.hold({room, 1, {{"+", "u1"}}});
    ScriptNode c(world, "c.1", 1);
    c.enroll();
    end_lease(b);
    world.pass(1);
    ASSERT_THAT(a.renew()[5].texts(), UnorderedElementsAre("b.1", "c.1"));
    a.hold({room, 1, {{"+", "u2"}}});
    world.command({"ZADD", world.key("due"), "1", "w o 8 c1:7news"});
    const auto before = world.everything();
    a.operation -= 2;
    EXPECT_EQ(a.clear("b.1")[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.renew()[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.complete()[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.leave()[0].text, "DONE");
    EXPECT_EQ(world.everything(), before);
}

}  // namespace
}  // namespace carillon::test
