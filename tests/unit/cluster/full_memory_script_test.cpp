#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A Redis that takes no more: who leaves must be able to, or nothing would ever get better.
class FullMemoryScript : public ::testing::Test {
protected:
    FullMemoryScript() {
        world.rules = {"7", "ovar 0"};
        a.join();
        b.join();
        a.sync_topic({room, 1, {{"+", "u1"}}});
        b.sync_topic({room, 1, {{"+", "u2"}}});
        // All have to be there already.
        for (std::size_t i = 0; i < script_count; ++i) {
            world.command({"SCRIPT", "LOAD", script_text(static_cast<Script>(i))});
        }
        (void)world.webhooks();
        (void)world.messages(room);
        world.publish(news, "a", 1, "x");
        fill();
    }

    void fill() {
        EXPECT_EQ(world.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"}).text, "OK");
        EXPECT_EQ(world.command({"CONFIG", "SET", "maxmemory", "1"}).text, "OK");
        EXPECT_THAT(world.command({"SET", "x", "y"}).text, StartsWith("OOM"));
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(FullMemoryScript, RefusesEventsAndChangesNothing) {
    const auto before = world.everything();
    const Reply reply = world.publish(news, "a", 2, "y");
    EXPECT_TRUE(reply.is_error);
    EXPECT_THAT(reply.text, StartsWith("OOM"));
    EXPECT_EQ(world.everything(), before);
    EXPECT_EQ(world.publish(news, "a", 1, "x").text, "DONE") << "what it has, it has";
    world.command({"CONFIG", "SET", "maxmemory", "0"});
    EXPECT_EQ(world.publish(news, "a", 2, "y").text, "DONE");
}

TEST_F(FullMemoryScript, LetsMembersLeaveAndJoin) {
    EXPECT_EQ(b.sync_topic({room, 0, {{"-", "u2"}}})[0].text, "OK");
    EXPECT_EQ(a.sync_topic({room, 2, {{"+", "u3"}}})[0].text, "OK");
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u2", "a 2 u3{}"));
    EXPECT_THAT(world.webhooks(),
                ElementsAre("r 0 17 p1:7presence-roomu2", "a 0 17 p1:7presence-roomu3"));
}

TEST_F(FullMemoryScript, LetsNodesStayAndEnd) {
    world.command({"DEL", world.key("-")});
    EXPECT_EQ(a.renew_lease()[0].text, "OK");
    EXPECT_EQ(b.unregister()[0].text, "OK");
    EXPECT_THAT(a.renew_lease()[5].texts(), ElementsAre("b.1"));
    EXPECT_EQ(a.clear_dead_node("b.1")[1].text, "1");
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u2"));
}

TEST_F(FullMemoryScript, LetsNodesRegisterAgain) {
    ScriptNode c(world, "c.1");
    EXPECT_EQ(c.register_node()[0].text, "OK");
    EXPECT_EQ(c.finish_resync()[0].text, "OK");
    ScriptNode after_loss(world, "a.2");
    after_loss.epoch = std::string(40, 'b');
    EXPECT_EQ(after_loss.register_node("a b")[1].text, "1");
    EXPECT_EQ(after_loss.sync_topic({room, 1, {{"+", "u1"}}})[0].text, "OK");
    EXPECT_EQ(after_loss.offer_roster(room, std::uint64_t{1} << 52U, {"u1", "{}"})[0].text, "OK");
    EXPECT_EQ(after_loss.finish_resync()[0].text, "OK");
}

TEST_F(FullMemoryScript, AnswersQueries) {
    EXPECT_FALSE(world
                     .run(scripts::ReadTopic{.topic = news,
                                             .epoch = world.epoch,
                                             .wants_members = true,
                                             .wants_last_event = true})
                     .is_error);
    EXPECT_FALSE(world.run(scripts::TakeWebhooks{1}).is_error);
    const std::vector<std::string> rules{"7", "m 0"};
    EXPECT_EQ(world.run(scripts::SetWebhookRules{rules}).text, "OK");
    EXPECT_THAT(world.run(scripts::CacheMiss{news}).text, StartsWith("OOM"));
}

}  // namespace
}  // namespace carillon::test
