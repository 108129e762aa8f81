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
class NodeRegistrationScript : public ::testing::Test {
protected:
    NodeRegistrationScript() {
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
            const Reply reply = by.clear_dead_node(dead.id, most);
            EXPECT_EQ(reply[0].text, "OK");
            if (reply[1].text == "1") return steps;
        }
        return -1;
    }
    void discard_messages() {
        for (const std::string& topic : {news, room, ann}) (void)world.messages(topic);
        (void)world.webhooks();
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(NodeRegistrationScript, AFirstRegistrationOpensNoRecovery) {
    ScriptNode c(world, "c.1");
    const Reply reply = c.register_node();
    EXPECT_EQ(reply[0].text, "OK");
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_THAT(reply[2].texts(), UnorderedElementsAre("a.1", "b.1", "c.1"));
    const Reply complete = c.finish_resync();
    EXPECT_THAT(complete.texts(), ElementsAre("OK", "0", "0"));
    EXPECT_EQ(world.field("meta", "run"), world.epoch);
}

TEST_F(NodeRegistrationScript, RenewalKeepsALeaseAlive) {
    end_lease(b);
    ScriptNode c(world, "c.1", 60'000);
    c.join();
    const std::uint64_t before = world.now_ms();
    const Reply reply = c.renew_lease(false);
    EXPECT_EQ(reply[0].text, "OK");
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_EQ(reply[2].text, "-");
    EXPECT_EQ(reply[3].text, "0");
    EXPECT_THAT(reply[4].texts(), UnorderedElementsAre("a.1", "b.1", "c.1"));
    EXPECT_THAT(reply[5].items, IsEmpty());
    EXPECT_GE(std::stoull(world.field("nodes", "c.1")), before + 60'000);
}

TEST_F(NodeRegistrationScript, ALapsedLeaseIsFoundByANodeThatMayClear) {
    ScriptNode c(world, "c.1", 1);
    c.register_node();
    world.pass(1);
    EXPECT_THAT(a.renew_lease(false)[5].items, IsEmpty());
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    const Reply reply = a.renew_lease(true);
    EXPECT_THAT(reply[5].texts(), ElementsAre("c.1"));
    EXPECT_THAT(reply[4].texts(), UnorderedElementsAre("a.1", "b.1"));
    EXPECT_THAT(c.sync_topic({news, 1}).texts(), ElementsAre("STALE"));
}

TEST_F(NodeRegistrationScript, ARenewalReportsConnectionsForAsLongAsTheLease) {
    const auto counted = [&](std::string_view app, std::string_view except = "c.1") {
        return world.run(scripts::CountConnections{app, except}).text;
    };
    EXPECT_EQ(counted("7"), "0");
    a.renew_lease(true, 5000, {{"7", 3}, {"8", 1}});
    b.renew_lease(true, 5000, {{"7", 40}});
    EXPECT_EQ(counted("7"), "43");
    EXPECT_EQ(counted("8"), "1");
    EXPECT_EQ(counted("7", "a.1"), "40") << "a node knows its own";
    a.renew_lease(true, 5000, {{"7", 2}});
    EXPECT_EQ(counted("7"), "42");
    EXPECT_EQ(counted("8"), "0");
    EXPECT_THAT(std::stoll(world.command({"PTTL", world.key("o:a.1")}).text),
                ::testing::AllOf(::testing::Gt(0), ::testing::Le(10'000)));
    a.unregister();
    EXPECT_EQ(counted("7"), "40");
    EXPECT_EQ(world.command({"EXISTS", world.key("o:a.1")}).text, "0");
    end_lease(b);
    ScriptNode c(world, "c.1");
    c.join();
    c.renew_lease();
    EXPECT_EQ(counted("7"), "0") << "a dead node has none";
}

TEST_F(NodeRegistrationScript, AProcessMayAlwaysClearItsFormerSelf) {
    end_lease(a);
    ScriptNode again(world, "a.2");
    again.join();
    EXPECT_THAT(b.renew_lease(false)[5].items, IsEmpty());
    EXPECT_THAT(again.renew_lease(false)[5].texts(), ElementsAre("a.1"));
}

TEST_F(NodeRegistrationScript, AFormerIdIsOverAndClaimedAtOnce) {
    a.sync_topic({room, 1, {{"+", "u1"}}});
    ScriptNode again(world, "a.2");
    const Reply reply = again.register_node("a b", "a.1", world.epoch);
    EXPECT_EQ(reply[1].text, "0");
    EXPECT_THAT(reply[2].texts(), UnorderedElementsAre("a.2", "b.1"));
    EXPECT_THAT(a.sync_topic({news, 1}).texts(), ElementsAre("STALE"))
        << "though its lease goes on";
    EXPECT_THAT(b.renew_lease()[5].items, IsEmpty());
    // First it brings what it holds, so that who stays does not seem to go.
    again.sync_topic({room, 1, {{"+", "u1"}}});
    again.finish_resync();
    EXPECT_EQ(clear_all(again, a, 200), 1);
    EXPECT_THAT(world.messages(room), ElementsAre("a 2 u1{}"));
    EXPECT_EQ(world.field("subscriptions", room), "1");
}

TEST_F(NodeRegistrationScript, AFormerIdThatIsForgottenStaysSo) {
    ScriptNode again(world, "a.2");
    EXPECT_EQ(again.register_node("a b", "a.0", world.epoch)[0].text, "OK");
    EXPECT_THAT(world.hash("dead"), IsEmpty());
}

TEST_F(NodeRegistrationScript, AClaimPreventsTwoClearers) {
    end_lease(b);
    ScriptNode c(world, "c.1");
    c.join();
    EXPECT_THAT(a.renew_lease(true, 60'000)[5].texts(), ElementsAre("b.1"));
    EXPECT_THAT(c.renew_lease(true, 60'000)[5].items, IsEmpty());
    EXPECT_THAT(a.renew_lease(true, 1)[5].texts(), ElementsAre("b.1")) << "it goes on with its own";
    world.pass(1);
    EXPECT_THAT(c.renew_lease(true, 60'000)[5].texts(), ElementsAre("b.1"))
        << "who claimed it has not come back";
    EXPECT_THAT(a.renew_lease(true, 60'000)[5].items, IsEmpty());
}

TEST_F(NodeRegistrationScript, ClearingRenewsTheClaim) {
    end_lease(b);
    world.command({"HSET", world.key("h:b.1"), news, "1", "c1:7other", "1"});
    EXPECT_THAT(a.renew_lease(true, 1)[5].texts(), ElementsAre("b.1"));
    EXPECT_EQ(a.clear_dead_node("b.1", 1)[1].text, "0");
    world.pass(1);
    ScriptNode c(world, "c.1");
    c.join();
    EXPECT_THAT(c.renew_lease(true)[5].items, IsEmpty());
}

TEST_F(NodeRegistrationScript, ADeadNodesStateIsRemovedPieceByPiece) {
    ScriptNode::Sync hold{room, 7};
    for (int i = 1; i <= 7; ++i) hold.steps.push_back({"+", "u" + std::to_string(i)});
    b.sync_topic(hold);
    b.sync_topic({news, 2});
    b.sync_topic({ann, 1});
    a.sync_topic({room, 3, {{"+", "u1"}, {"+", "u9"}}});
    a.sync_topic({news, 1});
    discard_messages();
    end_lease(b);
    ASSERT_THAT(a.renew_lease()[5].texts(), ElementsAre("b.1"));

    EXPECT_EQ(a.clear_dead_node("b.1", 3)[1].text, "0");
    EXPECT_THAT(world.hash("u:b.1"), SizeIs(4));
    EXPECT_THAT(world.hash("h:b.1"), SizeIs(3)) << "members go first";
    EXPECT_EQ(clear_all(a, b, 3), 3) << "four members and three topics; the last step has room";

    std::vector<std::string> removed = world.messages(room);
    std::ranges::sort(removed);
    EXPECT_THAT(removed, ElementsAre("r 2 u2", "r 2 u3", "r 2 u4", "r 2 u5", "r 2 u6", "r 2 u7"))
        << "each once, and not who is still on the other node";
    EXPECT_THAT(world.hash("m:" + room), SizeIs(2));
    EXPECT_EQ(world.field("m:" + room, "u1"), "1 {}");
    EXPECT_EQ(world.field("subscriptions", room), "3");
    EXPECT_EQ(world.field("subscriptions", news), "1");
    EXPECT_EQ(world.field("subscriptions", ann), "");
    EXPECT_THAT(world.messages(ann), ElementsAre("f "));
    EXPECT_THAT(world.webhooks(), SizeIs(7)) << "six members and a user";
    EXPECT_THAT(world.hash("h:b.1"), IsEmpty());
    EXPECT_THAT(world.hash("u:b.1"), IsEmpty());
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    EXPECT_THAT(a.renew_lease()[5].items, IsEmpty());
}

TEST_F(NodeRegistrationScript, MembersGoBeforeTheirChannelIsVacated) {
    b.sync_topic({room, 1, {{"+", "u1"}}});
    discard_messages();
    end_lease(b);
    a.renew_lease();
    EXPECT_EQ(clear_all(a, b, 200), 1);
    EXPECT_THAT(world.webhooks(),
                ElementsAre("r 0 17 p1:7presence-roomu1", "v 0 17 p1:7presence-room"));
}

TEST_F(NodeRegistrationScript, TheClockOfRedisMayBeSetAndNoLeaseLapses) {
    a.renew_lease();
    b.renew_lease();
    for (const std::int64_t step_ms : {-3'600'000, 3'600'000, 60'000, -1000}) {
        const std::uint64_t before = std::stoull(world.field("clock", "t"));
        const std::string offset = world.field("clock", "o");
        const std::int64_t changed = (offset.empty() ? 0 : std::stoll(offset)) + step_ms * 1000;
        world.command({"HSET", world.key("clock"), "o", std::to_string(changed)});
        EXPECT_EQ(a.renew_lease()[0].text, "OK") << step_ms;
        EXPECT_EQ(b.renew_lease()[0].text, "OK") << step_ms;
        EXPECT_THAT(a.renew_lease()[5].texts(), IsEmpty()) << step_ms;
        const std::uint64_t after = std::stoull(world.field("clock", "t"));
        EXPECT_GE(after, before) << step_ms;
        EXPECT_LT(after, before + 5'000'000) << step_ms;
    }
}

TEST_F(NodeRegistrationScript, ClearingAnnouncesCountsAgain) {
    const std::vector<std::string> rules{"7", "k 0"};
    EXPECT_EQ(world.run(scripts::SetWebhookRules{rules}).text, "OK");
    a.sync_topic({news, 3, {}, true});
    b.sync_topic({news, 2, {}, true});
    discard_messages();
    end_lease(b);
    a.renew_lease();
    // Although nothing has happened in the channel for so long that Redis has forgotten its state.
    world.command({"DEL", world.key("c:" + news)});
    clear_all(a, b, 200);
    EXPECT_THAT(world.messages(news), ElementsAre("k 3"));
}

TEST_F(NodeRegistrationScript, ClearingAffectsDeadNodesOnly) {
    a.sync_topic({news, 1});
    const auto before = world.everything("ops");
    EXPECT_EQ(b.clear_dead_node("a.1")[1].text, "1") << "it lives";
    EXPECT_EQ(b.clear_dead_node("nobody.1")[1].text, "1");
    EXPECT_EQ(world.everything("ops"), before);
}

TEST_F(NodeRegistrationScript, TheGraceBeginsWhenANodeIsCleared) {
    world.rules = {"7", "ovar 60000"};
    ScriptNode c(world, "c.1");
    c.join();
    b.sync_topic({room, 1, {{"+", "u1"}}});
    discard_messages();
    end_lease(b);
    a.renew_lease();
    clear_all(a, b, 200);
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u1"));
    c.sync_topic({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(world.webhooks(), IsEmpty()) << "they have come to another node in time";
    EXPECT_EQ(c.renew_lease()[2].text, "-");
}

TEST_F(NodeRegistrationScript, ANodeThatLeavesWithoutStateHasEnded) {
    b.sync_topic({news, 1});
    b.sync_topic({news, 0});
    EXPECT_THAT(b.unregister().texts(), ElementsAre("OK"));
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    EXPECT_THAT(a.renew_lease()[4].texts(), ElementsAre("a.1"));
    EXPECT_THAT(b.sync_topic({news, 1}).texts(), ElementsAre("STALE"));
}

TEST_F(NodeRegistrationScript, ANodeThatLeavesWithStateIsClearedByAnother) {
    b.sync_topic({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(b.unregister().texts(), ElementsAre("OK"));
    EXPECT_THAT(a.renew_lease()[5].texts(), ElementsAre("b.1")) << "at once";
    EXPECT_EQ(clear_all(a, b, 200), 1);
    EXPECT_THAT(world.messages(room), ElementsAre("a 2 u1{}", "r 2 u1"));
}

TEST_F(NodeRegistrationScript, CountersOfAnEndedNodeAreKeptForAWhile) {
    world.publish(news, "b", 3, "x");
    b.unregister();
    EXPECT_NE(world.field("ops", "b.1"), "");
    a.renew_lease();
    EXPECT_NE(world.field("ops", "b.1"), "");
    world.command({"ZADD", world.key("ended_nodes"), "XX", "1", "b.1"});  // As if it were over.
    a.renew_lease();
    EXPECT_EQ(world.field("ops", "b.1"), "");
    EXPECT_EQ(world.field("events", "b"), "");
    EXPECT_EQ(world.command({"ZCARD", world.key("ended_nodes")}).text, "0");
}

TEST_F(NodeRegistrationScript, CountersOfAProcessAreKeptWhileItLives) {
    world.command({"HSET", world.key("events"), "b", "3"});
    ScriptNode again(world, "b.2");
    again.join();
    b.unregister();
    world.command({"ZADD", world.key("ended_nodes"), "XX", "1", "b.1"});
    a.renew_lease();
    EXPECT_EQ(world.field("ops", "b.1"), "");
    EXPECT_EQ(world.field("events", "b"), "3");
}

/// A command of a connection that was given up may come when later ones have been carried out. What
/// it said would have a number that was passed, and nobody would hear it.
TEST_F(NodeRegistrationScript, ALateCommandChangesNothing) {
    b.sync_topic({room, 1, {{"+", "u1"}}});
    ScriptNode c(world, "c.1", 1);
    c.register_node();
    end_lease(b);
    world.pass(1);
    ASSERT_THAT(a.renew_lease()[5].texts(), UnorderedElementsAre("b.1", "c.1"));
    a.sync_topic({room, 1, {{"+", "u2"}}});
    world.command({"ZADD", world.key("due"), "1", "w o 8 c1:7news"});
    const auto before = world.everything();
    a.operation -= 2;
    EXPECT_EQ(a.clear_dead_node("b.1")[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.renew_lease()[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.finish_resync()[0].text, "OK");
    EXPECT_EQ(world.everything(), before);
    a.operation -= 1;
    EXPECT_EQ(a.unregister()[0].text, "DONE");
    EXPECT_EQ(world.everything(), before);
}

}  // namespace
}  // namespace carillon::test
