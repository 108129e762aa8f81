#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t far_number = std::uint64_t{1} << 52U;  // Ahead of any clock.

/// After a server that is another than the one before: all are told anew who holds what, and what
/// is different is announced when all have said so.
class RecoveryScript : public ::testing::Test {
protected:
    RecoveryScript() {
        world.rules = {"7", "ovarnfs 0"};
        a.join();
        b.join();
    }

    /// From now on commands are of another server, with just what this one has.
    void change_server() { world.epoch = std::string(40, ++server_); }
    /// And with nothing at all.
    void lose_everything() {
        world.command({"FLUSHALL"});
        change_server();
    }
    /// As if those whom the first has not heard of had had the time to come.
    void pass_reunion() { world.command({"HINCRBY", world.key("meta"), "until", "-2000"}); }
    /// As if a lease had passed.
    void pass_lease() { world.command({"HSET", world.key("meta"), "until", "1"}); }

    static bool is_recovering(const Reply& reply) {
        EXPECT_EQ(reply[0].text, "OK");
        return reply[1].text == "1";
    }
    std::vector<std::string> sorted_said(const std::string& topic) {
        std::vector<std::string> said = world.messages(topic);
        std::ranges::sort(said);
        return said;
    }
    void discard_messages() {
        for (const std::string& topic : {news, room, ann}) (void)world.messages(topic);
        (void)world.webhooks();
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};

private:
    char server_ = 'a';
};

TEST_F(RecoveryScript, IsOpenedByAnyOperationThatFindsAnotherServer) {
    const std::vector<std::function<Reply(ScriptNode&)>> operations = {
        [](ScriptNode& node) {
            return node.sync_topic({news, 1});
        },
        [](ScriptNode& node) { return node.renew_lease(); },
        [](ScriptNode& node) { return node.finish_resync(); },
        [](ScriptNode& node) { return node.clear_dead_node("b.1"); },
        [](ScriptNode& node) { return node.offer_roster(room, 1, {}); },
        [](ScriptNode& node) { return node.unregister(); }};
    ScriptNode* node = &a;
    std::deque<ScriptNode> nodes;
    for (const auto& operation : operations) {
        change_server();
        node->epoch = world.epoch;
        EXPECT_THAT(operation(*node).texts(), ElementsAre("STALE"));
        EXPECT_EQ(world.field("meta", "run"), world.epoch);
        EXPECT_GT(std::stoull(world.field("meta", "until")), world.now_ms());
        EXPECT_THAT(world.hash("nodes"), IsEmpty());
        node = &nodes.emplace_back(world, "a." + std::to_string(nodes.size() + 2));
        EXPECT_EQ(node->register_node("a b")[1].text, "1");
    }
}

TEST_F(RecoveryScript, EndsAllRegistrationsAndHoldings) {
    a.sync_topic({room, 2, {{"+", "u1"}}});
    b.sync_topic({room, 1, {{"+", "u1"}, {"+", "u2"}}});
    b.unregister();
    const auto members = world.hash("m:" + room);
    change_server();
    ScriptNode again(world, "a.2");
    EXPECT_TRUE(is_recovering(again.register_node()));
    EXPECT_THAT(world.hash("nodes"), ElementsAre(Pair("a.2", ::testing::_)));
    EXPECT_THAT(world.hash("dead"), IsEmpty());
    for (const std::string key : {"h:a.1", "u:a.1", "h:b.1", "u:b.1", "subscriptions"}) {
        EXPECT_THAT(world.hash(key), IsEmpty()) << key;
    }
    EXPECT_EQ(world.hash("b:" + room), members) << "as it was, it is kept aside";
    EXPECT_EQ(world.field("subscriptions_before", room), "3");
    EXPECT_THAT(world.hash("resync_pending"), UnorderedElementsAre(Pair("a", "0")))
        << "who had left is not waited for";
    a.epoch = world.epoch;
    EXPECT_THAT(a.sync_topic({news, 1}).texts(), ElementsAre("STALE"));
}

TEST_F(RecoveryScript, AnnouncesNothingIfAllNodesReturnWithTheirState) {
    a.sync_topic({room, 2, {{"+", "u1"}}});
    a.sync_topic({ann, 1});
    b.sync_topic({room, 1, {{"+", "u2"}}});
    b.sync_topic({news, 4});
    discard_messages();
    change_server();
    ScriptNode a2(world, "a.2");
    ScriptNode b2(world, "b.2");
    a2.register_node("a b");
    b2.register_node("a b");
    a2.sync_topic({room, 2, {{"+", "u1"}}, false, 0, true, 0});
    a2.sync_topic({ann, 1, {}, false, 0, true, 0});
    EXPECT_TRUE(is_recovering(a2.finish_resync()));
    b2.sync_topic({room, 1, {{"+", "u2"}}, false, 0, true, 0});
    b2.sync_topic({news, 4, {}, false, 0, true, 0});
    pass_reunion();
    EXPECT_FALSE(is_recovering(b2.finish_resync()));
    for (const std::string& topic : {news, room, ann}) {
        EXPECT_THAT(world.messages(topic), IsEmpty()) << topic;
    }
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_THAT(world.hash("subscriptions"),
                UnorderedElementsAre(Pair(room, "3"), Pair(ann, "1"), Pair(news, "4")));
    for (const std::string& key :
         {std::string("subscriptions_before"), std::string("resync_pending"), "b:" + room}) {
        EXPECT_THAT(world.hash(key), IsEmpty()) << key;
    }
}

TEST_F(RecoveryScript, WaitsForEveryProcessThatANodeKnew) {
    change_server();
    ScriptNode a2(world, "a.2");
    ScriptNode c(world, "c.1");
    EXPECT_TRUE(is_recovering(a2.register_node("a d")));
    EXPECT_TRUE(is_recovering(c.register_node("")));
    EXPECT_THAT(world.hash("resync_pending"), UnorderedElementsAre(Pair("a", "0"), Pair("b", "0"),
                                                                   Pair("c", "0"), Pair("d", "0")));
    pass_reunion();
    EXPECT_TRUE(is_recovering(a2.finish_resync()));
    EXPECT_TRUE(is_recovering(c.finish_resync()));
    ScriptNode b2(world, "b.2");
    ScriptNode d(world, "d.2");
    b2.register_node();
    d.register_node();
    EXPECT_TRUE(is_recovering(b2.finish_resync()));
    EXPECT_TRUE(is_recovering(a2.renew_lease()));
    EXPECT_FALSE(is_recovering(d.finish_resync()));
}

TEST_F(RecoveryScript, WaitsForProcessesThatTheFirstNodeDidNotKnow) {
    lose_everything();
    ScriptNode a2(world, "a.2");
    EXPECT_TRUE(is_recovering(a2.register_node("a")));
    EXPECT_TRUE(is_recovering(a2.finish_resync()));
    EXPECT_TRUE(is_recovering(a2.renew_lease()));
    pass_reunion();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
}

TEST_F(RecoveryScript, IsOpenedIfANewNodeWasFirstToRegister) {
    lose_everything();
    ScriptNode fresh(world, "f.1");
    fresh.join();
    fresh.sync_topic({room, 1, {{"+", "u1"}}});
    fresh.sync_topic({news, 1});
    discard_messages();
    ScriptNode a2(world, "a.2");
    EXPECT_TRUE(is_recovering(a2.register_node("a b", "a.1", std::string(40, 'a'))));
    EXPECT_THAT(fresh.renew_lease().texts(), ElementsAre("STALE"));
    ScriptNode fresh2(world, "f.2");
    EXPECT_TRUE(is_recovering(fresh2.register_node("f", "f.1", world.epoch)));
    ScriptNode b2(world, "b.2");
    EXPECT_TRUE(is_recovering(b2.register_node("a b", "b.1", std::string(40, 'a'))));
    EXPECT_THAT(world.hash("resync_pending"),
                UnorderedElementsAre(Pair("a", "0"), Pair("b", "0"), Pair("f", "0")));
    EXPECT_EQ(a2.sync_topic({room, 1, {{"+", "u2"}}, false, 0, true, 17})[2].text, "1")
        << "it knows more than who came first, whatever the numbers";
    a2.offer_roster(room, 17, {"u2", "{}", "u3", "{}"});
    fresh2.sync_topic({room, 1, {{"+", "u1"}}, false, 0, true, 0});
    fresh2.sync_topic({news, 1, {}, false, 0, true, 0});
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.finish_resync()));
    EXPECT_THAT(sorted_said(room), ElementsAre("a 2 u1{}", "r 2 u3"));
    EXPECT_THAT(world.webhooks(), ElementsAre("r 0 17 p1:7presence-roomu3"))
        << "what the fresh one brought was told before";
    EXPECT_THAT(fresh2.renew_lease()[4].items, SizeIs(3)) << "and no further one";
}

TEST_F(RecoveryScript, WaitsForALeaseAtMost) {
    ScriptNode quick(world, "q.1", 20);
    quick.register_node();
    change_server();
    ScriptNode again(world, "q.2", 20);
    EXPECT_TRUE(is_recovering(again.register_node("q b")));
    again.finish_resync();
    ScriptNode late(world, "c.1");
    world.pass(20);
    EXPECT_TRUE(is_recovering(late.register_node("")));
    EXPECT_FALSE(is_recovering(late.finish_resync())) << "whoever comes then ends it";
}

TEST_F(RecoveryScript, WaitsAgainForANodeThatRegistersOnceMore) {
    change_server();
    ScriptNode a2(world, "a.2");
    ScriptNode b2(world, "b.2");
    a2.register_node("a b");
    b2.register_node("a b");
    a2.finish_resync();
    ScriptNode a3(world, "a.3");
    a3.register_node("a b");
    pass_reunion();
    EXPECT_TRUE(is_recovering(b2.finish_resync()));
    EXPECT_FALSE(is_recovering(a3.finish_resync()));
}

TEST_F(RecoveryScript, AnnouncesTheDifferenceOnly) {
    a.sync_topic({room, 2, {{"+", "u1"}, {"+", "u2"}}, true});
    b.sync_topic({room, 2, {{"+", "u2"}, {"+", "u3"}}, true});
    b.sync_topic({news, 1});
    b.sync_topic({ann, 1});
    discard_messages();
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    // Who holds nothing any more is not told of; who is new is not announced yet.
    a2.sync_topic({room, 3, {{"+", "u1"}, {"+", "u4", R"({"v":4})"}}, true, 0, true, 0});
    a2.sync_topic({"c1:7new", 1});
    a2.sync_topic({"u1:7bob", 1});
    a2.finish_resync();
    EXPECT_THAT(world.messages(room), IsEmpty());
    EXPECT_THAT(world.messages("u1:7bob"), IsEmpty());
    EXPECT_THAT(world.webhooks(), IsEmpty());
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(sorted_said(room), ElementsAre(R"(a 2 u4{"v":4})", "r 2 u2", "r 2 u3"));
    EXPECT_THAT(world.messages(ann), ElementsAre("f "));
    EXPECT_THAT(world.messages("u1:7bob"), ElementsAre("n "));
    EXPECT_THAT(world.webhooks(),
                UnorderedElementsAre("a 0 17 p1:7presence-roomu4", "r 0 17 p1:7presence-roomu2",
                                     "r 0 17 p1:7presence-roomu3", "v 0 8 c1:7news",
                                     "f 0 7 u1:7ann", "o 0 7 c1:7new", "n 0 7 u1:7bob"));
    EXPECT_THAT(world.hash("m:" + room),
                UnorderedElementsAre(Pair("u1", "1 {}"), Pair("u4", R"(1 {"v":4})")));
}

TEST_F(RecoveryScript, TellsCountsInTheEndEvenIfTheyAreAsBefore) {
    world.rules = {"7", "k 0"};
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({news, 3, {}, true});
    EXPECT_THAT(world.messages(news), IsEmpty());
    a2.finish_resync();
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(world.messages(news), ElementsAre("k 3"));
}

TEST_F(RecoveryScript, MembersThatComeAndGoDuringItAreNotAnnounced) {
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({room, 1, {{"+", "u1"}}});
    a2.sync_topic({room, 0, {{"-", "u1"}}});
    pass_lease();
    a2.finish_resync();
    EXPECT_THAT(world.messages(room), IsEmpty());
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(RecoveryScript, AnnouncesAsUsualAfterwards) {
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a");
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.finish_resync()));
    a2.sync_topic({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(world.messages(room), ElementsAre("a 2 u1{}"));
}

TEST_F(RecoveryScript, StateFromBeforeIsNotNewToAnEmptyServer) {
    lose_everything();
    ScriptNode a2(world, "a.2");
    a2.register_node("a");
    a2.sync_topic({news, 3, {}, false, 0, true, 0});
    a2.sync_topic({"c1:7new", 1});
    const Reply reply = a2.sync_topic({room, 1, {{"+", "u1"}}, false, 0, true, 17});
    EXPECT_EQ(reply[2].text, "1") << "the replica is wanted";
    EXPECT_THAT(a2.offer_roster(room, 17, {"u1", "{}", "u2", "{}"}).texts(), ElementsAre("OK"));
    pass_lease();
    a2.finish_resync();
    EXPECT_THAT(world.webhooks(),
                UnorderedElementsAre("o 0 7 c1:7new", "r 0 17 p1:7presence-roomu2"));
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u2"));
}

TEST_F(RecoveryScript, WantsAReplicaOnlyIfItIsNewer) {
    a.sync_topic({room, 1, {{"+", "u1"}}});
    const std::uint64_t number = std::stoull(world.field("c:" + room, "v"));
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    EXPECT_EQ(a2.sync_topic({room, 1, {{"+", "u1"}}, false, 0, true, number})[2].text, "0");
    EXPECT_EQ(a2.sync_topic({room, 1, {}, false, 0, true, number + 1})[2].text, "1");
    EXPECT_EQ(a2.sync_topic({room, 1, {}, false, 0, true, 0})[2].text, "0") << "it has none";
}

TEST_F(RecoveryScript, TheNewestReplicaWinsInAnyOrder) {
    for (const bool newest_first : {true, false}) {
        const std::string topic = newest_first ? room : "p1:7presence-other";
        ScriptNode x(world, newest_first ? "x.1" : "x.3");
        x.epoch = world.epoch;
        x.join();
        x.sync_topic({topic, 1, {{"+", "old"}}});
        change_server();
        ScriptNode a2(world, newest_first ? "a.2" : "a.3");
        ScriptNode b2(world, newest_first ? "b.2" : "b.3");
        a2.register_node("a b");
        b2.register_node("a b");
        const auto bring = [&](ScriptNode& node, std::uint64_t number,
                               const std::vector<std::string>& members) {
            node.sync_topic({topic, 1, {{"+", "here"}}, false, 0, true, number});
            EXPECT_EQ(node.offer_roster(topic, number, members)[0].text, "OK");
        };
        if (newest_first) {
            bring(a2, far_number + 9, {"here", "{}", "newest", "{}"});
            bring(b2, far_number + 5, {"newer", "{}"});
        } else {
            bring(b2, far_number + 5, {"newer", "{}"});
            bring(a2, far_number + 9, {"here", "{}", "newest", "{}"});
        }
        EXPECT_THAT(world.hash("b:" + topic),
                    UnorderedElementsAre(Pair("here", "1 {}"), Pair("newest", "1 {}")));
        EXPECT_EQ(world.field("c:" + topic, "w"), std::to_string(far_number + 9));
        pass_lease();
        EXPECT_FALSE(is_recovering(a2.finish_resync()));
        const auto said = world.messages(topic);
        ASSERT_FALSE(said.empty());
        EXPECT_EQ(said.back(), "r 6 newest");
        EXPECT_EQ(world.field("c:" + topic, "w"), "");
    }
}

TEST_F(RecoveryScript, ARosterMayBeOfferedInPieces) {
    change_server();
    ScriptNode a2(world, "a.2");
    ScriptNode b2(world, "b.2");
    a2.register_node("a b");
    b2.register_node("a b");
    a2.offer_roster(room, 17, {"u1", "{}"});
    b2.offer_roster(room, 17, {"other", "{}"});
    b2.offer_roster(room, 17, {"other", "{}"}, false);
    a2.offer_roster(room, 16, {"older", "{}"}, false);
    a2.offer_roster(room, 17, {"u2", "{}", "u3", ""}, false);
    EXPECT_THAT(world.hash("b:" + room),
                UnorderedElementsAre(Pair("u1", "1 {}"), Pair("u2", "1 {}"), Pair("u3", "1 ")));
    b2.offer_roster(room, 18, {"u9", "{}"});
    a2.offer_roster(room, 17, {"u4", "{}"}, false);
    EXPECT_THAT(world.hash("b:" + room), UnorderedElementsAre(Pair("u9", "1 {}")));
}

TEST_F(RecoveryScript, AReplicaDoesNotStayForEver) {
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    for (const bool is_first : {true, false}) {
        a2.offer_roster(room, 17, {"u1", "{}"}, is_first);
        const long stays = std::stol(world.command({"PTTL", world.key("b:" + room)}).text);
        EXPECT_GT(stays, 0);
        EXPECT_LE(stays, 3'600'000);
    }
}

TEST_F(RecoveryScript, AReplicaIsNothingWhenItIsOver) {
    const auto before = world.everything("ops");
    EXPECT_THAT(a.offer_roster(room, far_number, {"u1", "{}"}).texts(), ElementsAre("OK"));
    EXPECT_EQ(world.everything("ops"), before);
    a.operation -= 1;
    EXPECT_THAT(a.offer_roster(room, far_number, {"u1", "{}"}).texts(), ElementsAre("DONE"));
}

TEST_F(RecoveryScript, ASecondLossKeepsHowItWasBeforeTheFirst) {
    a.sync_topic({room, 2, {{"+", "u1"}, {"+", "u2"}}});
    discard_messages();
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({room, 1, {{"+", "u9"}}, false, 0, true, 0});
    a2.sync_topic({news, 1});
    change_server();
    ScriptNode a3(world, "a.3");
    EXPECT_TRUE(is_recovering(a3.register_node("a b")));
    EXPECT_THAT(world.hash("subscriptions_before"), UnorderedElementsAre(Pair(room, "2")));
    EXPECT_THAT(world.hash("b:" + room), SizeIs(2));
    EXPECT_THAT(world.hash("m:" + room), IsEmpty());
    a3.sync_topic({room, 1, {{"+", "u1"}}, false, 0, true, 0});
    pass_lease();
    EXPECT_FALSE(is_recovering(a3.finish_resync()));
    EXPECT_THAT(world.messages(room), ElementsAre("r 2 u2"));
    EXPECT_THAT(world.webhooks(), ElementsAre("r 0 17 p1:7presence-roomu2"));
}

TEST_F(RecoveryScript, QueriesReturnTheStateBefore) {
    a.sync_topic({room, 2, {{"+", "u1", "1"}, {"+", "u2", "2"}}});
    a.sync_topic({news, 3});
    const std::string number = world.field("c:" + room, "v");
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({room, 1, {{"+", "u9"}}});
    a2.sync_topic({"c1:7new", 1});
    const Reply read =
        world.run(scripts::ReadTopic{.topic = room, .epoch = "-", .wants_members = true});
    EXPECT_EQ(read[5].text, "2");
    EXPECT_EQ(read[6].text, number);
    EXPECT_THAT(read[7].pairs(), UnorderedElementsAre(Pair("u1", "1"), Pair("u2", "2")));
    EXPECT_EQ(read[10].text, "1");
    EXPECT_THAT(world.run(scripts::ListMembers{room}).texts(),
                UnorderedElementsAre("u1", "", "u2", ""));
    EXPECT_THAT(world.run(scripts::ListChannels{"7", "new"}).texts(),
                ElementsAre("news", "3", "0"));
    EXPECT_THAT(world.run(scripts::ListChannels{"7", "presence"}).texts(),
                ElementsAre("presence-room", "2", "2"));
    const Reply asked = world.run(scripts::ChannelInfo{room});
    EXPECT_EQ(asked[0].text, "2");
    EXPECT_EQ(asked[1].text, "2");
}

TEST_F(RecoveryScript, ANodeThatEndsMeanwhileIsNotAnnouncedEither) {
    a.sync_topic({room, 1, {{"+", "u1"}}});
    discard_messages();
    change_server();
    ScriptNode a2(world, "a.2");
    ScriptNode c(world, "c.1");
    a2.register_node("a b");
    c.register_node("");
    c.sync_topic({room, 1, {{"+", "u5"}}});
    a2.sync_topic({room, 1, {{"+", "u1"}}, false, 0, true, 0});
    c.unregister();
    EXPECT_THAT(a2.renew_lease()[5].texts(), ElementsAre("c.1"));
    EXPECT_EQ(a2.clear_dead_node("c.1")[1].text, "1");
    EXPECT_THAT(world.messages(room), IsEmpty());
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.finish_resync()));
    EXPECT_THAT(world.messages(room), IsEmpty());
    EXPECT_THAT(world.webhooks(), IsEmpty());
}

TEST_F(RecoveryScript, DeferredEntriesWaitUntilItIsOver) {
    world.rules = {"7", "ov 60000"};
    a.sync_topic({news, 1});
    (void)world.webhooks();
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    world.command({"ZADD", world.key("due"), "1", "w v 8 c1:7news"});
    a2.finish_resync();
    a2.renew_lease();
    EXPECT_THAT(world.webhooks(), IsEmpty());
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news"));
}

TEST_F(RecoveryScript, TellsANodeThatRegistersWhichOfItsEventsItHas) {
    EXPECT_EQ(world.publish(news, "c", 7, "x").text, "ORDER 0");
    world.run(scripts::Publish{.epoch = world.epoch,
                               .ring_bytes = world.ring_bytes,
                               .topic = news,
                               .process = "c",
                               .counter = 7,
                               .kind = 'e',
                               .excluded = "-",
                               .body = "x"});
    EXPECT_EQ(ScriptNode(world, "c.1").register_node()[3].text, "7");
    world.command({"FLUSHALL"});
    EXPECT_EQ(ScriptNode(world, "c.2").register_node()[3].text, "0") << "under the same run_id";
}

/// A field of `told`.
std::string told(const std::string& arrival_and_topic, const std::string& user = "") {
    return arrival_and_topic + std::string(1, '\0') + user;
}

TEST_F(RecoveryScript, TellsNothingAgainThatNodesKnowToBeTold) {
    a.sync_topic({news, 1});
    b.sync_topic({room, 1, {{"+", "u1"}}});
    // Since this state was saved, and then lost, room was left and something else occupied.
    change_server();
    (void)world.webhooks();
    const std::uint64_t number = std::stoull(world.field("meta", "w"));
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({news, 1, {}, false, 0, true});
    a2.sync_topic({"c1:7other", 1});
    const std::vector<std::string> about{told("a" + room, "u1"), told("o" + room),
                                         told("oc1:7other"), told("o" + news)};
    a2.offer_webhooks({{number + 1, false, about[0]},
                       {number + 2, false, about[1]},
                       {number + 3, true, about[2]},
                       {number - 1, false, about[3]}});
    a2.finish_resync();
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(world.webhooks(), IsEmpty());
    EXPECT_EQ(std::stoull(world.field("meta", "w")), number + 3);
    a2.sync_topic({news, 0});
    a2.sync_topic({"c1:7other", 0});
    EXPECT_THAT(world.webhooks(), ElementsAre("v 0 8 c1:7news", "v 0 9 c1:7other"));
}

TEST_F(RecoveryScript, TellsFromNothingOfThoseWhoHaveLeftMeanwhile) {
    lose_everything();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({room, 1, {{"=", "u1"}, {"+", "u3"}}, false, 0, true});
    const std::vector<std::string> about{told("a" + room, "u2"), told("n" + ann)};
    a2.offer_webhooks({{0, true, about[0]}, {0, true, about[1]}, {9, false, about[1]}});
    a2.finish_resync();
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(world.webhooks(),
                UnorderedElementsAre("a 0 17 p1:7presence-roomu3", "r 0 17 p1:7presence-roomu2"));
    EXPECT_THAT(world.hash("claims"), IsEmpty());
    EXPECT_THAT(world.hash("journal"), IsEmpty());
}

TEST_F(RecoveryScript, DropsWebhooksFromTheQueueThatWereDelivered) {
    a.sync_topic({news, 1});
    const std::string queued = world.command({"LINDEX", world.key("webhooks"), "0"}).text;
    const std::uint64_t number = std::stoull(world.field("meta", "w"));
    EXPECT_NE(queued.find(std::to_string(number)), std::string::npos);
    change_server();
    ScriptNode a2(world, "a.2");
    a2.register_node("a b");
    a2.sync_topic({news, 1, {}, false, 0, true});
    a2.sync_topic({"c1:7other", 1});
    EXPECT_THAT(world.webhooks(), IsEmpty()) << "none is given away in a recovery";
    const std::string about = told("o" + news);
    a2.offer_webhooks({{number, true, about}});
    a2.finish_resync();
    pass_lease();
    EXPECT_FALSE(is_recovering(a2.renew_lease()));
    EXPECT_THAT(world.webhooks(), ElementsAre("o 0 9 c1:7other"));
}

TEST_F(RecoveryScript, KeepsEventsInOrderOverTheLoss) {
    EXPECT_EQ(world.publish(news, "p", 1, "x").text, "DONE");
    change_server();
    EXPECT_EQ(world.publish(news, "p", 1, "x").text, "DONE") << "it has that one";
    EXPECT_EQ(world.publish(news, "p", 2, "y").text, "DONE");
    EXPECT_THAT(world.messages(news), ElementsAre("e x", "e y"));
    lose_everything();
    EXPECT_EQ(world.publish(news, "p", 2, "y").text, "ORDER 0");
    EXPECT_EQ(world.publish(news, "p", 1, "x").text, "DONE");
    EXPECT_EQ(world.publish(news, "p", 2, "y").text, "DONE");
    EXPECT_THAT(world.ring(news), SizeIs(2));
}

}  // namespace
}  // namespace carillon::test
