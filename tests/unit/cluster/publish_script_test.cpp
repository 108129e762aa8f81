#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bus_message.hpp"
#include "carillon/base/hash.hpp"
#include "script_world.hpp"

namespace carillon::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PublishScript : public ::testing::Test {
protected:
    /// With the event before it in the partition.
    Reply publish(std::uint64_t counter, std::uint64_t before,
                  std::optional<std::chrono::milliseconds> cache_time = {}) {
        return world.run(scripts::Publish{.epoch = world.epoch,
                                          .ring_bytes = 65536,
                                          .topic = news,
                                          .process = "a",
                                          .counter = counter,
                                          .predecessor = before,
                                          .kind = 'e',
                                          .excluded = "1.2",
                                          .body = "body",
                                          .cache_time = cache_time});
    }
    std::vector<BusMessage> messages() {
        entries = world.ring(news);
        std::vector<BusMessage> messages;
        for (const std::string& entry : entries) {
            const auto message = BusMessage::parse(entry);
            EXPECT_TRUE(message) << entry;
            if (message) messages.push_back(*message);
        }
        return messages;
    }
    std::size_t bytes_in_ring() {
        std::size_t bytes = 0;
        for (const std::string& entry : world.ring(news)) bytes += entry.size();
        return bytes;
    }

    ScriptWorld world;
    std::vector<std::string> entries;
};

TEST_F(PublishScript, GivesConsecutiveNumbers) {
    const std::uint64_t before = world.now_ms();
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
        EXPECT_EQ(world.publish(news, "a", counter, "x").text, "DONE");
        EXPECT_EQ(world.publish(news, "b", counter, "y").text, "DONE");
    }
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(6));
    EXPECT_GT(all[0].sequence, before * 1000) << "ahead of what any life before had";
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].sequence, all[0].sequence + i);
        EXPECT_EQ(all[i].first, i == 0);
        EXPECT_EQ(all[i].producer, fnv1a(i % 2 == 0 ? "a" : "b"));
        EXPECT_EQ(all[i].counter, i / 2 + 1);
        EXPECT_EQ(all[i].epoch, fnv1a(world.epoch));
    }
    EXPECT_EQ(world.field("c:" + news, "s"), std::to_string(all[5].sequence));
}

TEST_F(PublishScript, PublishesWhatIsInTheRing) {
    world.server->subscribe(world.key("t:" + news));
    using namespace std::string_literals;
    const std::string body = "a  b\0c \xF0\x9F\x94\x94\r\n"s;
    world.publish(news, "a", 1, body);
    const std::string message = world.server->take_messages(1).front();
    EXPECT_THAT(world.ring(news), ElementsAre(message));
    EXPECT_EQ(BusMessage::parse(message)->body, body);
}

TEST_F(PublishScript, CarriesTheKindAndTheExcludedSocket) {
    EXPECT_EQ(publish(1, 0).text, "DONE");
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].kind, BusMessage::Kind::event);
    EXPECT_EQ(all[0].excluded, (SocketId{1, 2}));
    EXPECT_EQ(all[0].body, "body");
}

TEST_F(PublishScript, AcceptsACounterOnce) {
    EXPECT_EQ(publish(1, 0).text, "DONE");
    EXPECT_EQ(publish(5, 1).text, "DONE");
    const auto before = world.everything();
    for (const std::uint64_t counter : {5, 4, 1}) {
        EXPECT_EQ(publish(counter, counter - 1).text, "DONE");
        EXPECT_EQ(publish(counter, 0).text, "DONE");
    }
    EXPECT_EQ(world.everything(), before);
    EXPECT_THAT(messages(), SizeIs(2));
}

TEST_F(PublishScript, AcceptsNothingWhileTheEventBeforeIsMissing) {
    EXPECT_EQ(publish(1, 0).text, "DONE");
    const auto before = world.everything();
    EXPECT_EQ(publish(3, 2).text, "ORDER 1");
    EXPECT_EQ(world.everything(), before);
    EXPECT_EQ(publish(2, 1).text, "DONE");
    EXPECT_EQ(publish(3, 2).text, "DONE");
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[2].counter, 3U);
}

TEST_F(PublishScript, BeginsWithTheCounterThatTheProcessGives) {
    EXPECT_EQ(publish(17, 0).text, "DONE");
    EXPECT_EQ(publish(20, 0).text, "DONE") << "what it has confirmed is not told again";
    EXPECT_EQ(world.field("events", "a"), "20");
}

TEST_F(PublishScript, CountsAProcessOverAllTopicsOfAPartition) {
    EXPECT_EQ(world.publish(news, "a", 1, "x").text, "DONE");
    EXPECT_EQ(world.publish("c1:7other", "a", 2, "x").text, "DONE");
    EXPECT_EQ(world.publish(news, "a", 2, "x").text, "DONE");
    EXPECT_THAT(world.ring(news), SizeIs(1));
    EXPECT_EQ(world.publish(news, "b", 1, "x").text, "DONE");
    EXPECT_THAT(world.ring(news), SizeIs(2));
}

TEST_F(PublishScript, KeepsTheLastEventOfACacheChannelForItsTime) {
    EXPECT_EQ(publish(1, 0, std::chrono::minutes(1)).text, "DONE");
    EXPECT_EQ(world.command({"GET", world.key("l:" + news)}).text, "body");
    const long stays = std::stol(world.command({"PTTL", world.key("l:" + news)}).text);
    EXPECT_GT(stays, 0);
    EXPECT_LE(stays, 60000);
}

TEST_F(PublishScript, KeepsNoLastEventOfAnotherChannel) {
    EXPECT_EQ(publish(1, 0).text, "DONE");
    EXPECT_TRUE(world.command({"GET", world.key("l:" + news)}).is_nil);
}

TEST_F(PublishScript, NeverGivesANumberTwiceFromEpochToEpoch) {
    publish(1, 0);
    const std::uint64_t ahead = world.now_ms() * 1000 + 86'400'000'000;
    world.command({"HSET", world.key("c:" + news), "s", std::to_string(ahead)});
    world.epoch = std::string(40, 'b');
    publish(2, 1);
    publish(3, 2);
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[1].sequence, ahead + 1) << "even if the clock is behind";
    EXPECT_TRUE(all[1].first);
    EXPECT_FALSE(all[2].first);
    EXPECT_EQ(all[1].epoch, fnv1a(world.epoch));
    EXPECT_EQ(world.field("c:" + news, "b"), std::to_string(ahead));
}

TEST_F(PublishScript, BeginsAnewAfterANumberThatNoClockCanHaveGiven) {
    publish(1, 0);
    world.command({"HSET", world.key("c:" + news), "s", "9007199254740991"});
    publish(2, 1);
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_TRUE(all[1].first);
    EXPECT_LE(all[1].sequence, (world.now_ms() + 1) * 1000);
}

TEST_F(PublishScript, BoundsTheRingByBytes) {
    world.ring_bytes = 2000;
    for (std::uint64_t counter = 1; counter <= 60; ++counter) {
        world.publish(news, "a", counter, std::string(20 + counter % 7 * 40, 'x'));
        ASSERT_LE(bytes_in_ring(), 2000U);
        ASSERT_EQ(world.field("c:" + news, "y"), std::to_string(bytes_in_ring()));
    }
    const auto all = messages();
    ASSERT_GT(all.size(), 2U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].counter, 60 - all.size() + i + 1) << "the last ones, and all of those";
    }
}

TEST_F(PublishScript, KeepsTheLastMessageHoweverLong) {
    world.ring_bytes = 100;
    world.publish(news, "a", 1, "x");
    world.publish(news, "a", 2, std::string(5000, 'x'));
    EXPECT_THAT(world.ring(news), SizeIs(1));
    EXPECT_EQ(world.field("c:" + news, "y"), std::to_string(bytes_in_ring()));
    world.publish(news, "a", 3, "x");
    EXPECT_THAT(world.messages(news), ElementsAre("e x"));
}

TEST_F(PublishScript, LetsGoOfALongRingStepByStep) {
    for (std::uint64_t counter = 1; counter <= 40; ++counter)
        world.publish(news, "a", counter, "x");
    world.ring_bytes = 1;
    world.publish(news, "a", 41, "x");
    EXPECT_THAT(world.ring(news), SizeIs(25)) << "no more than 16 in one step";
    EXPECT_EQ(world.field("c:" + news, "y"), std::to_string(bytes_in_ring()));
    world.publish(news, "a", 42, "x");
    world.publish(news, "a", 43, "x");
    EXPECT_THAT(world.ring(news), SizeIs(1));
}

TEST_F(PublishScript, DropsEntriesOlderThanAMinute) {
    for (std::uint64_t counter = 1; counter <= 6; ++counter) world.publish(news, "a", counter, "x");
    const std::string now = std::to_string(world.now_ms());
    const std::string old = std::to_string(world.now_ms() - 60'001);
    const auto made_older = world.ring(news);
    for (std::size_t i = 0; i < 4; ++i) {
        // The time is the fourth field.
        std::string entry = made_older[i];
        std::size_t at = 0;
        for (int field = 0; field < 3; ++field) at = entry.find(' ', at) + 1;
        entry.replace(at, old.size(), old);
        world.command({"LSET", world.key("r:" + news), std::to_string(i), entry});
    }
    world.publish(news, "a", 7, "x");
    EXPECT_THAT(world.ring(news), SizeIs(7)) << "not looked at every time";
    world.publish(news, "a", 8, "x");
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(4));
    EXPECT_EQ(all[0].counter, 5U);
    EXPECT_EQ(world.field("c:" + news, "y"), std::to_string(bytes_in_ring()));
}

TEST_F(PublishScript, ForgetsAQuietTopic) {
    world.publish(news, "a", 1, "x");
    const long ring = std::stol(world.command({"PTTL", world.key("r:" + news)}).text);
    EXPECT_GT(ring, 0);
    EXPECT_LE(ring, 60'000);
    const long life = std::stol(world.command({"PTTL", world.key("c:" + news)}).text);
    EXPECT_GT(life, 60'000);
    EXPECT_LE(life, 3'600'000);
    // When its ring has gone, its bytes have too.
    world.command({"DEL", world.key("r:" + news)});
    world.publish(news, "a", 2, "x");
    EXPECT_EQ(world.field("c:" + news, "y"), std::to_string(bytes_in_ring()));
    const auto all = messages();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_FALSE(all[0].first) << "its numbers go on";
}

TEST_F(PublishScript, WritesInItsPartitionAlone) {
    publish(1, 0, std::chrono::minutes(1));
    for (const std::string& key : world.command({"KEYS", "*"}).texts()) {
        EXPECT_TRUE(key.starts_with(world.prefix)) << key;
    }
}

}  // namespace
}  // namespace carillon::test
