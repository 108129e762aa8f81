#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "script_world.hpp"

namespace carillon::test {
namespace {

const std::string quota = "q1:7";

/// An app's connections, limited over all nodes.
class QuotaScript : public ::testing::Test {
protected:
    QuotaScript() {
        a.join();
        b.join();
    }

    /// `admitted`: of the connections.
    static std::uint64_t ask(ScriptNode& node, std::uint64_t connections, std::uint64_t most,
                             std::uint64_t admitted = 0) {
        const Reply reply =
            node.sync_topic({quota, connections, {}, false, most, false, 0, admitted});
        EXPECT_EQ(reply[0].text, "OK");
        return std::stoull(reply[1].text);
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(QuotaScript, AcceptsUpToTheLimit) {
    EXPECT_EQ(ask(a, 4, 5), 4U);
    EXPECT_EQ(ask(b, 3, 5), 1U);
    EXPECT_EQ(world.field("subscriptions", quota), "5");
    EXPECT_EQ(ask(b, 2, 5), 1U);
    EXPECT_EQ(ask(a, 2, 5), 2U);
    EXPECT_EQ(ask(b, 4, 5), 3U);
    EXPECT_EQ(ask(a, 0, 5), 0U);
    EXPECT_EQ(ask(b, 5, 5), 5U);
    EXPECT_EQ(ask(b, 0, 5), 0U);
    EXPECT_EQ(world.field("subscriptions", quota), "");
}

TEST_F(QuotaScript, AcceptsAnyNumberWithoutALimit) {
    EXPECT_EQ(ask(a, 1000, 0), 1000U);
    EXPECT_EQ(ask(b, 1000, 0), 1000U);
}

TEST_F(QuotaScript, HasRoomAgainWhenANodeHasEnded) {
    ScriptNode short_lived(world, "c.1", 1);
    short_lived.register_node();
    // Of its own time, which has no room for a second step.
    world.command({"HSET", world.key("h:c.1"), quota, "3"});
    world.command({"HSET", world.key("subscriptions"), quota, "3"});
    EXPECT_EQ(ask(a, 5, 5), 2U);
    world.pass(1);
    a.renew_lease();
    a.clear_dead_node("c.1");
    EXPECT_EQ(ask(a, 5, 5), 5U);
}

TEST_F(QuotaScript, CountsAllThatAreAdmitted) {
    EXPECT_EQ(ask(a, 3, 5), 3U);
    EXPECT_EQ(ask(b, 2, 5), 2U);
    // The limit is lowered.
    EXPECT_EQ(ask(a, 4, 2, 3), 3U) << "who is there stays, and nobody else comes";
    EXPECT_EQ(ask(b, 3, 2, 2), 2U);
    EXPECT_EQ(world.field("subscriptions", quota), "5");
    EXPECT_EQ(ask(a, 1, 2, 1), 1U);
    EXPECT_EQ(ask(b, 1, 2, 1), 1U);
    EXPECT_EQ(ask(a, 2, 2, 1), 1U) << "just as many as may be";
    EXPECT_EQ(ask(b, 0, 2, 0), 0U);
    EXPECT_EQ(ask(a, 2, 2, 1), 2U);
}

TEST_F(QuotaScript, CountsConnectionsAdmittedWithoutRedis) {
    world.epoch = std::string(40, 'b');
    ScriptNode a2(world, "a.2");
    ScriptNode b2(world, "b.2");
    a2.register_node("a b");
    b2.register_node("a b");
    EXPECT_EQ(ask(a2, 4, 5, 4), 4U);
    const Reply reply = b2.sync_topic({quota, 4, {}, false, 5, true, 0, 3});
    EXPECT_EQ(reply[1].text, "3");
    EXPECT_EQ(reply[2].text, "0") << "it has no replica";
    EXPECT_EQ(world.field("subscriptions", quota), "7");
}

TEST_F(QuotaScript, IsNeverExceeded) {
    std::mt19937 random(1);
    std::array<std::uint64_t, 2> held{};
    for (int i = 0; i < 300; ++i) {
        const std::size_t which = random() % 2;
        ScriptNode& node = which == 0 ? a : b;
        const std::uint64_t wanted = random() % 8;
        const std::uint64_t taken = ask(node, wanted, 6, std::min(held[which], wanted));
        EXPECT_LE(taken, wanted);
        held[which] = taken;
        EXPECT_LE(held[0] + held[1], 6U);
        EXPECT_TRUE(taken == wanted || held[0] + held[1] == 6) << "as many as there is room for";
    }
}

}  // namespace
}  // namespace carillon::test
