#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Step = ScriptNode::Step;

class SyncTopicScript : public ::testing::Test {
protected:
    SyncTopicScript() {
        world.rules = {"7", "ovarnfs 0"};
        a.join();
        b.join();
    }

    /// A hold that is answered OK.
    Reply set_rules(const std::vector<std::string>& rules) {
        return world.run(scripts::SetWebhookRules{rules});
    }
    void announce_counts() { EXPECT_EQ(set_rules({"7", "ovarnfsk 0"}).text, "OK"); }
    Reply ok(ScriptNode& node, const ScriptNode::Sync& sync) {
        const Reply reply = node.sync_topic(sync);
        EXPECT_EQ(reply[0].text, "OK");
        EXPECT_THAT(reply.items, SizeIs(6));
        return reply;
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(SyncTopicScript, QueuesTheFirstSubscriptionAndTheLast) {
    ok(a, {news, 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news"));
    ok(b, {news, 5});
    ok(a, {news, 0});
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_EQ(world.field("subscriptions", news), "5");
    ok(b, {news, 0});
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
    EXPECT_EQ(world.field("subscriptions", news), "");
    EXPECT_THAT(world.hash("h:a.1"), IsEmpty());
    EXPECT_THAT(world.hash("h:b.1"), IsEmpty());
}

TEST_F(SyncTopicScript, ReturnsHowManyWebhooksAreQueued) {
    EXPECT_EQ(ok(a, {news, 1})[4].text, "1");
    EXPECT_EQ(ok(a, {"c1:7other", 1})[4].text, "2");
}

TEST_F(SyncTopicScript, QueuesOnlyWhatAnAppWants) {
    world.rules = {"7", "v 0", "8", "o 0"};
    ScriptNode(world, "c.1").join();
    ok(a, {news, 1});
    ok(a, {"c1:8news", 1});
    ok(a, {"c1:9news", 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:8news"));
    ok(a, {news, 0});
    ok(a, {"c1:8news", 0});
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(SyncTopicScript, ReplacesTheRulesOfTheAppsNamed) {
    EXPECT_EQ(set_rules({"7", "", "8", "o 0"}).text, "OK");
    ok(a, {news, 1});
    ok(a, {"c1:8news", 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:8news"));
    EXPECT_EQ(set_rules({"7", "o 0"}).text, "OK");
    ok(a, {"c1:8other", 1});
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 9 c1:8other"));
    EXPECT_EQ(set_rules({"8", ""}).text, "OK");
    ok(a, {"c1:8last", 1});
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(SyncTopicScript, WhoIsThereWhenAnAppBeginsToWantWebhooksCountsAsTold) {
    EXPECT_EQ(set_rules({"7", ""}).text, "OK");
    ok(a, {room, 1, {{"+", "u1"}}});
    EXPECT_EQ(set_rules({"7", "ovar 0"}).text, "OK");
    EXPECT_THAT(world.webhooks(), IsEmpty());
    ok(a, {room, 2, {{"+", "u2"}}});
    ok(a, {room, 0, {{"-", "u1"}, {"-", "u2"}}});
    EXPECT_THAT(world.webhooks(),
                ElementsAre("a 0 17 p1:7presence-roomu2", "r 0 17 p1:7presence-roomu1",
                            "r 0 17 p1:7presence-roomu2", "v 0 17 p1:7presence-room"));
}

TEST_F(SyncTopicScript, QueuesNothingForAUsersOwnChannelOrForConnections) {
    for (const std::string topic : {"s1:7#server-to-user-ann", "q1:7"}) {
        ok(a, {topic, 1});
        ok(a, {topic, 0});
    }
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(SyncTopicScript, AnnouncesAUserOnceForAllNodes) {
    ok(a, {ann, 1});
    ok(b, {ann, 1});
    EXPECT_THAT(world.messages(ann), ElementsAre("n "));
    EXPECT_THAT(world.webhooks(), ElementsAre("n 0 7 u1:7ann"));
    ok(a, {ann, 0});
    EXPECT_THAT(world.messages(ann), IsEmpty());
    ok(b, {ann, 0});
    EXPECT_THAT(world.messages(ann), ElementsAre("f "));
    EXPECT_THAT(world.webhooks(), ElementsAre("f 0 7 u1:7ann"));
}

TEST_F(SyncTopicScript, AnnouncesAMemberOnceForAllNodes) {
    ok(a, {room, 1, {{"+", "u1", R"({"v":1})"}}});
    ok(b, {room, 1, {{"+", "u1", R"({"v":2})"}}});
    EXPECT_THAT(world.messages(room), ElementsAre(R"(a 2 u1{"v":1})"));
    EXPECT_THAT(world.webhooks(),
                ElementsAre("o 0 17 p1:7presence-room", "a 0 17 p1:7presence-roomu1"));
    ok(a, {room, 0, {{"-", "u1"}}});
    EXPECT_THAT(world.messages(room), IsEmpty());
    EXPECT_EQ(world.field("m:" + room, "u1"), R"(1 {"v":1})") << "who came first said who they are";
    ok(b, {room, 0, {{"-", "u1"}}});
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u1"));
    EXPECT_THAT(world.webhooks(),
                ElementsAre("r 0 17 p1:7presence-roomu1", "v 0 17 p1:7presence-room"));
    EXPECT_THAT(world.hash("m:" + room), IsEmpty());
}

TEST_F(SyncTopicScript, ReturnsTheSequenceNumberAfterIt) {
    const Reply first = ok(a, {room, 1, {{"+", "u1"}}});
    EXPECT_EQ(first[1].text, world.field("c:" + room, "s"));
    EXPECT_EQ(first[1].text, world.field("c:" + room, "v"));
    world.publish(room, "p", 1, "x");
    const Reply second = ok(a, {room, 1});
    EXPECT_EQ(second[1].text, std::to_string(std::stoull(first[1].text) + 1));
    EXPECT_EQ(world.field("c:" + room, "v"), first[1].text) << "the roster has not changed";
    EXPECT_EQ(ok(a, {news, 1})[1].text, "0") << "it has no messages";
}

TEST_F(SyncTopicScript, NumbersAndCountsItsMessages) {
    ok(a, {room, 3, {{"+", "u1"}, {"+", "u2"}, {"-", "u1"}}});
    const auto ring = world.ring(room);
    ASSERT_THAT(ring, SizeIs(3));
    for (std::size_t i = 0; i < ring.size(); ++i) {
        const std::string counter = std::to_string(a.operation * 1048576 + i + 1);
        EXPECT_NE(ring[i].find(" a.1 " + counter + " "), std::string::npos) << ring[i];
    }
}

TEST_F(SyncTopicScript, KeepsMembersOfAnyCharacters) {
    using namespace std::string_literals;
    for (const std::string& user : {""s, " "s, "3 x"s, "a\0b"s, "\n"s, "\xF0\x9F\x94\x94"s}) {
        ok(a, {room, 1, {{"+", user, "a  b\0{}"s}}});
        EXPECT_EQ(world.field("m:" + room, user), "1 a  b\0{}"s);
        const std::string id = std::to_string(user.size()) + " " + user;
        EXPECT_THAT(world.messages(room), ElementsAre("a " + id + "a  b\0{}"s));
        ok(a, {room, 1, {{"-", user}}});
        EXPECT_THAT(world.messages(room), ElementsAre("r " + id));
    }
    EXPECT_THAT(world.hash("u:a.1"), IsEmpty());
}

TEST_F(SyncTopicScript, CarriesOutAnOperationOnce) {
    ok(a, {room, 2, {{"+", "u1"}}});
    const auto before = world.everything();
    for (const std::uint64_t earlier : {1, 2}) {
        a.operation -= earlier;  // What comes late over a connection that was given up.
        EXPECT_EQ(a.sync_topic({room, 7, {{"+", "u2"}, {"-", "u1"}}})[0].text, "DONE");
        EXPECT_EQ(world.everything(), before);
        a.operation += earlier - 1;
    }
}

TEST_F(SyncTopicScript, ChangesNothingIfSentTwice) {
    const ScriptNode::Sync told{room, 2, {{"+", "u1"}, {"+", "u2"}, {"-", "u3"}}, true};
    ok(b, {room, 1, {{"+", "u3"}}});
    const Reply first = ok(a, told);
    const auto before = world.everything("ops");
    const Reply second = ok(a, told);
    EXPECT_EQ(world.everything("ops"), before);
    EXPECT_EQ(second[1].text, first[1].text);
    EXPECT_EQ(world.field("m:" + room, "u3"), "1 {}") << "who is not there cannot leave";
}

TEST_F(SyncTopicScript, RefusesMembersBeyondTheLimit) {
    ok(a, {room, 2, {{"+", "u1"}, {"+", "u2"}}, false, 2});
    (void)world.messages(room);
    (void)world.webhooks();
    const Reply reply = ok(b, {room, 3, {{"+", "u3"}, {"+", "u2"}, {"+", "u4"}}, false, 2});
    EXPECT_THAT(reply[5].texts(), ElementsAre("u3", "u4"));
    EXPECT_THAT(world.messages(room), IsEmpty());
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_THAT(world.hash("u:b.1"), SizeIs(1)) << "who is a member may be so on another node";
    ok(b, {room, 2, {{"-", "u3"}}, false, 2});
    EXPECT_THAT(world.hash("m:" + room), SizeIs(2));
    const Reply room_again = ok(a, {room, 1, {{"-", "u1"}, {"+", "u5"}}, false, 2});
    EXPECT_THAT(room_again[5].texts(), IsEmpty());
}

TEST_F(SyncTopicScript, AcceptsAnyNumberWithoutALimit) {
    ScriptNode::Sync hold{room, 1000};
    for (int i = 0; i < 1000; ++i) hold.steps.push_back({"+", std::to_string(i)});
    EXPECT_THAT(ok(a, hold)[5].texts(), IsEmpty());
    EXPECT_THAT(world.hash("m:" + room), SizeIs(1000));
}

TEST_F(SyncTopicScript, AnnouncesCountsOneByOne) {
    announce_counts();
    ok(a, {news, 3, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 1", "k 2", "k 3"));
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 8 c1:7news", "s 1 8 c1:7news", "s 2 8 c1:7news",
                                              "s 3 8 c1:7news"));
    ok(b, {news, 1, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 4"));
    ok(a, {news, 1, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 3", "k 2"));
    (void)world.webhooks();
    ok(b, {news, 0, {}, true});
    ok(a, {news, 0, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 1")) << "nobody is left to be told of none";
    EXPECT_THAT(world.webhooks(),
                ElementsAre("s 1 8 c1:7news", "s 0 8 c1:7news", "v 0 8 c1:7news"));
}

TEST_F(SyncTopicScript, AnnouncesNoCountsUnlessTheAppWantsThem) {
    ok(a, {news, 3, {}, true});
    EXPECT_THAT(world.messages(news), IsEmpty());
}

TEST_F(SyncTopicScript, TellsWhoJoinsACountThatHasNotChanged) {
    announce_counts();
    ok(a, {news, 3, {}, true});
    (void)world.messages(news);
    ok(a, {news, 3});
    EXPECT_THAT(world.messages(news), IsEmpty());
    ok(a, {news, 3, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 3"));
}

TEST_F(SyncTopicScript, AnnouncesLargeCountsRarely) {
    announce_counts();
    ok(a, {news, 100, {}, true});
    EXPECT_THAT(world.messages(news), SizeIs(100));
    ok(a, {news, 150, {}, true});
    const Reply later = ok(a, {news, 160, {}, true});
    EXPECT_THAT(world.messages(news), IsEmpty());
    EXPECT_GT(std::stoi(later[3].text), 0);
    EXPECT_LE(std::stoi(later[3].text), 5001);
    // As if the time had come.
    EXPECT_EQ(world.command({"ZADD", world.key("due"), "XX", "CH", "1", "k " + news}).text, "1");
    world.command({"HSET", world.key("c:" + news), "q", "0"});
    EXPECT_EQ(a.renew_lease()[0].text, "OK");
    EXPECT_THAT(world.messages(news), ElementsAre("k 160"));
    EXPECT_EQ(a.renew_lease()[2].text, "-") << "nothing is put off any more";
    ok(a, {news, 99, {}, true});
    EXPECT_THAT(world.messages(news), ElementsAre("k 100", "k 99"));
}

TEST_F(SyncTopicScript, TellsWhoJoinsALargeCountThatIsAsBeforeByThen) {
    announce_counts();
    ok(a, {news, 150, {}, true});
    ok(a, {news, 151, {}, true});
    ok(a, {news, 150});
    (void)world.messages(news);
    world.command({"ZADD", world.key("due"), "XX", "1", "k " + news});
    world.command({"HSET", world.key("c:" + news), "q", "0"});
    a.renew_lease();
    EXPECT_THAT(world.messages(news), ElementsAre("k 150"));
}

TEST_F(SyncTopicScript, DoesNotAnnounceACountTwice) {
    announce_counts();
    ok(a, {news, 150, {}, true});
    ok(a, {news, 100, {}, true});
    (void)world.messages(news);
    world.command({"ZADD", world.key("due"), "XX", "1", "k " + news});
    world.command({"HSET", world.key("c:" + news), "q", "0"});
    a.renew_lease();
    EXPECT_THAT(world.messages(news), IsEmpty());
}

TEST_F(SyncTopicScript, RefusesANodeThatIsNotRegistered) {
    const auto before = world.everything();
    ScriptNode stranger(world, "c.1");
    EXPECT_THAT(stranger.sync_topic({news, 1}).texts(), ElementsAre("STALE"));
    EXPECT_EQ(world.everything(), before);
}

TEST_F(SyncTopicScript, RefusesANodeWhoseLeaseHasLapsed) {
    ScriptNode late(world, "c.1", 1);
    ASSERT_EQ(late.register_node()[0].text, "OK");
    world.pass(1);
    const auto before = world.everything();
    EXPECT_THAT(late.sync_topic({news, 1}).texts(), ElementsAre("STALE"));
    EXPECT_THAT(late.finish_resync().texts(), ElementsAre("STALE"));
    EXPECT_THAT(late.renew_lease().texts(), ElementsAre("STALE"));
    EXPECT_THAT(late.clear_dead_node("a.1").texts(), ElementsAre("STALE"));
    EXPECT_THAT(late.unregister().texts(), ElementsAre("STALE"));
    EXPECT_THAT(late.offer_roster(room, 1, {}).texts(), ElementsAre("STALE"));
    EXPECT_EQ(world.everything(), before);
}

TEST_F(SyncTopicScript, WritesInItsPartitionAlone) {
    ok(a, {room, 1, {{"+", "u1"}}, true});
    for (const std::string& key : world.command({"KEYS", "*"}).texts()) {
        EXPECT_TRUE(key.starts_with(world.prefix)) << key;
    }
}

}  // namespace
}  // namespace carillon::test
