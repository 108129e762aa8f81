#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// By place in what a read returns.
enum Field : std::size_t {
    of_epoch,
    of_number,
    of_life,
    of_entries,
    of_producers,
    of_subscriptions,
    of_roster_version,
    of_members,
    of_event,
    of_event_time,
    of_recovering,
    of_count,
    of_event_number,
    field_count,
};

class ReadTopicScript : public ::testing::Test {
protected:
    ReadTopicScript() {
        a.join();
        b.join();
    }

    Reply read(const std::string& topic, const std::string& epoch, const std::string& number,
               const std::string& wants = "") {
        Reply reply = world.run(Script::read_topic, {topic, epoch, number, wants});
        EXPECT_THAT(reply.items, SizeIs(field_count));
        return reply;
    }

    void publish_cached() {
        world.run(scripts::Publish{.epoch = world.epoch,
                                   .ring_bytes = 65536,
                                   .topic = news,
                                   .process = "p",
                                   .counter = 1,
                                   .predecessor = 0,
                                   .kind = 'e',
                                   .excluded = "-",
                                   .body = "body",
                                   .cache_time = std::chrono::minutes(1)});
    }

    ScriptWorld world;
    ScriptNode a{world, "a.1"};
    ScriptNode b{world, "b.1"};
};

TEST_F(ReadTopicScript, OfATopicWithoutMessagesIsEmpty) {
    const Reply reply = read(news, "-", "-1", "ml");
    EXPECT_EQ(reply[of_epoch].text, "");
    EXPECT_EQ(reply[of_number].text, "0");
    EXPECT_EQ(reply[of_life].text, "0");
    EXPECT_THAT(reply[of_entries].items, IsEmpty());
    EXPECT_EQ(reply[of_subscriptions].text, "0");
    EXPECT_EQ(reply[of_roster_version].text, "0");
    EXPECT_THAT(reply[of_members].items, IsEmpty());
    EXPECT_TRUE(reply[of_event].is_nil);
    EXPECT_EQ(reply[of_recovering].text, "0");
}

TEST_F(ReadTopicScript, OfANewReaderHasProducersAndNoEntries) {
    world.publish(news, "p", 1, "x");
    world.publish("c1:7other", "q", 1, "x");
    world.publish("c1:7other", "q", 2, "x");
    a.sync_topic({news, 3});
    const Reply reply = read(news, "-", "-1");
    EXPECT_EQ(reply[of_epoch].text, world.epoch);
    EXPECT_EQ(reply[of_number].text, world.field("c:" + news, "s"));
    EXPECT_THAT(reply[of_entries].items, IsEmpty());
    EXPECT_THAT(reply[of_producers].pairs(),
                UnorderedElementsAre(Pair("p", "1"), Pair("q", "2"),
                                     Pair("a.1", std::to_string(a.operation * 1048576 + 1048575)),
                                     Pair("b.1", std::to_string(b.operation * 1048576 + 1048575))))
        << "of the whole partition, up to all that an operation can have said";
    EXPECT_EQ(reply[of_subscriptions].text, "3");
}

TEST_F(ReadTopicScript, HasJustTheEntriesAfterANumber) {
    for (std::uint64_t counter = 1; counter <= 5; ++counter) world.publish(news, "p", counter, "x");
    const auto ring = world.ring(news);
    const std::uint64_t last = std::stoull(world.field("c:" + news, "s"));
    for (std::uint64_t missing = 0; missing <= 5; ++missing) {
        const Reply reply = read(news, world.epoch, std::to_string(last - missing));
        EXPECT_EQ(reply[of_entries].texts(),
                  std::vector<std::string>(ring.end() - static_cast<std::ptrdiff_t>(missing),
                                           ring.end()));
        EXPECT_THAT(reply[of_producers].items, IsEmpty());
        EXPECT_EQ(reply[of_number].text, std::to_string(last));
    }
    EXPECT_EQ(read(news, world.epoch, std::to_string(last - 100))[of_entries].texts(), ring)
        << "as many as there are";
    EXPECT_EQ(read(news, world.epoch, "0")[of_entries].texts(), ring);
    EXPECT_EQ(read(news, world.epoch, std::to_string(last + 1))[of_entries].texts(), ring)
        << "who knows more than there is knows something else";
}

TEST_F(ReadTopicScript, HasTheWholeRingInAnotherEpoch) {
    for (std::uint64_t counter = 1; counter <= 3; ++counter) world.publish(news, "p", counter, "x");
    const std::string last = world.field("c:" + news, "s");
    EXPECT_EQ(read(news, "-", last)[of_entries].texts(), world.ring(news));
    EXPECT_EQ(read(news, std::string(40, 'b'), "99999999999999999")[of_entries].texts(),
              world.ring(news));
}

TEST_F(ReadTopicScript, CountsFromTheBeginningOfALife) {
    world.publish(news, "p", 1, "x");
    const std::string before = world.field("c:" + news, "s");
    world.epoch = std::string(40, 'b');
    world.publish(news, "p", 2, "y");
    world.publish(news, "p", 3, "z");
    const auto ring = world.ring(news);
    const Reply reply = read(news, world.epoch, before);
    EXPECT_EQ(reply[of_life].text, world.field("c:" + news, "b"));
    EXPECT_THAT(reply[of_entries].texts(), ElementsAre(ring[1], ring[2]));
}

TEST_F(ReadTopicScript, ShowsThatARingHasGone) {
    world.publish(news, "p", 1, "x");
    const std::string first = world.field("c:" + news, "s");
    world.publish(news, "p", 2, "x");
    world.command({"DEL", world.key("r:" + news)});
    const Reply reply = read(news, world.epoch, first);
    EXPECT_THAT(reply[of_entries].items, IsEmpty());
    EXPECT_EQ(reply[of_number].text, std::to_string(std::stoull(first) + 1));
}

TEST_F(ReadTopicScript, HasMembersIfTheyAreWanted) {
    using namespace std::string_literals;
    a.sync_topic({room, 2, {{"+", "u1", R"({"v": 1})"}, {"+", "u\0 2"s, ""}}});
    b.sync_topic({room, 1, {{"+", "u1", R"({"v": 2})"}}});
    const Reply reply = read(room, "-", "-1", "m");
    EXPECT_THAT(reply[of_members].pairs(),
                UnorderedElementsAre(Pair("u1", R"({"v": 1})"), Pair("u\0 2"s, "")));
    EXPECT_EQ(reply[of_roster_version].text, world.field("c:" + room, "v"));
    EXPECT_THAT(read(room, "-", "-1", "l")[of_members].items, IsEmpty());
}

TEST_F(ReadTopicScript, HasTheLastEventIfItIsWanted) {
    publish_cached();
    const Reply reply = read(news, "-", "-1", "l");
    EXPECT_EQ(reply[of_event].text, "body");
    EXPECT_GT(std::stol(reply[of_event_time].text), 0);
    EXPECT_LE(std::stol(reply[of_event_time].text), 60'000);
    EXPECT_TRUE(read(news, "-", "-1", "m")[of_event].is_nil);
}

TEST_F(ReadTopicScript, ChangesNothing) {
    a.sync_topic({room, 2, {{"+", "u1"}}});
    const auto before = world.everything();
    read(room, world.epoch, "-1", "ml");
    read(room, "-", "5", "ml");
    world.run(Script::compare_heads, {room, news});
    world.run(Script::channel_info, {room, news});
    world.run(scripts::ListChannels{"7", ""});
    world.run(scripts::ListMembers{room});
    EXPECT_EQ(world.everything(), before);
}

TEST(CompareScript, HasEpochAndNumberOfEach) {
    ScriptWorld world;
    world.publish(news, "p", 1, "x");
    EXPECT_THAT(world.run(Script::compare_heads, {"c1:7none", news, room}).texts(),
                ElementsAre("", "0", "0", "0", world.epoch, world.field("c:" + news, "s"), "0", "0",
                            "", "0", "0", "0"));
    EXPECT_THAT(world.run(Script::compare_heads, {}).items, IsEmpty());
}

TEST(CompareScript, HasWhatNodesShouldKnow) {
    ScriptWorld world;
    world.rules = {"7", "k 0"};
    ScriptNode a(world, "a.1");
    a.join();
    a.sync_topic({room, 2, {{"+", "u1"}, {"+", "u2"}}});
    a.sync_topic({ann, 1});
    a.sync_topic({news, 3, {}, true});
    const auto heads = [&] {
        std::vector<std::string> all;
        const auto texts = world.run(Script::compare_heads, {room, ann, news}).texts();
        for (std::size_t i = 0; i < texts.size(); i += 4) {
            all.push_back(texts[i + 2] + " " + texts[i + 3]);
        }
        return all;
    };
    EXPECT_THAT(heads(), ElementsAre(world.field("c:" + room, "v") + " 2", "0 1", "0 3"));
    world.run(scripts::Publish{.epoch = world.epoch,
                               .ring_bytes = world.ring_bytes,
                               .topic = news,
                               .process = "p",
                               .counter = 1,
                               .excluded = "-",
                               .body = "x",
                               .cache_time = std::chrono::milliseconds(60'000)});
    EXPECT_EQ(heads()[2], world.field("c:" + news, "s") + " 3");
    world.epoch = std::string(40, 'b');
    ScriptNode(world, "b.1").register_node("a");
    EXPECT_THAT(heads(), ElementsAre("- -", "- -", "- -"));
}

TEST_F(ReadTopicScript, ListHasTheOccupiedChannelsOfAnApp) {
    a.sync_topic({news, 2});
    b.sync_topic({news, 1});
    a.sync_topic({"c1:7new-york", 1});
    a.sync_topic({"c1:8news", 1});
    a.sync_topic({"c2:77news", 1});
    a.sync_topic({"u1:7news", 1});
    a.sync_topic({"q1:7", 1});
    a.sync_topic({"s1:7#server-to-user-news", 1});
    a.sync_topic({room, 3, {{"+", "u1"}, {"+", "u2"}}});
    a.sync_topic({"c1:7gone", 1});
    a.sync_topic({"c1:7gone", 0});
    const auto names = [&](const std::string& app, const std::string& prefix) {
        std::map<std::string, std::string> found;
        const Reply reply = world.run(scripts::ListChannels{app, prefix});
        for (std::size_t i = 0; i + 2 < reply.items.size(); i += 3) {
            found[reply[i].text] = reply[i + 1].text + " " + reply[i + 2].text;
        }
        return found;
    };
    EXPECT_THAT(names("7", ""), UnorderedElementsAre(Pair("news", "3 0"), Pair("new-york", "1 0"),
                                                     Pair("presence-room", "3 2")));
    EXPECT_THAT(names("7", "new-"), UnorderedElementsAre(Pair("new-york", "1 0")));
    EXPECT_THAT(names("7", "presence-"), UnorderedElementsAre(Pair("presence-room", "3 2")));
    EXPECT_THAT(names("7", "."), IsEmpty()) << "a prefix is no pattern";
    EXPECT_THAT(names("8", ""), UnorderedElementsAre(Pair("news", "1 0")));
    EXPECT_THAT(names("9", ""), IsEmpty());
}

TEST_F(ReadTopicScript, ChannelInfoReturnsTheStateOfChannels) {
    a.sync_topic({room, 3, {{"+", "u1"}, {"+", "u2"}}});
    publish_cached();
    const Reply reply = world.run(Script::channel_info, {room, news});
    ASSERT_THAT(reply.items, SizeIs(8));
    EXPECT_EQ(reply[0].text, "3");
    EXPECT_EQ(reply[1].text, "2");
    EXPECT_TRUE(reply[2].is_nil);
    EXPECT_EQ(reply[4].text, "0");
    EXPECT_EQ(reply[5].text, "0");
    EXPECT_EQ(reply[6].text, "body");
    EXPECT_GT(std::stol(reply[7].text), 0);
}

TEST_F(ReadTopicScript, MembersAreTheUsersOfAChannel) {
    a.sync_topic({room, 2, {{"+", "u1"}, {"+", "u2"}}});
    b.sync_topic({room, 1, {{"+", "u1"}}});
    EXPECT_THAT(world.run(scripts::ListMembers{room}).texts(),
                UnorderedElementsAre("u1", "", "u2", ""));
    EXPECT_THAT(world.run(scripts::ListMembers{room, true}).texts(),
                UnorderedElementsAre("u1", "{}", "u2", "{}"));
    EXPECT_THAT(world.run(scripts::ListMembers{"p1:7presence-none"}).texts(), IsEmpty());
}

}  // namespace
}  // namespace carillon::test
