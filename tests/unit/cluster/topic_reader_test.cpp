#include "topic_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/redis/redis_bus.hpp"
#include "real_script_server.hpp"
#include "script_world.hpp"

namespace carillon::test {
namespace {

using testing::ElementsAre;

const std::string lobby = "p1:7presence-lobby";

/// A reader of one partition, over a real Redis, and all that it tells.
class TopicReaderTest : public testing::Test,
                        public ScriptBusObserver,
                        public TopicReader::Observer {
protected:
    TopicReaderTest() {
        Partition& partition = partitions.emplace_back();
        partition.index = 1;
        partition.prefix = world.prefix;
        reader = std::make_unique<TopicReader>(context, partitions, *this);
        bus.open(*this);
        EXPECT_TRUE(run_until([this] { return bus.is_up(); }));
        world.epoch = context.run_id;
        node.epoch = context.run_id;
        node.join();
    }
    ~TopicReaderTest() override { bus.close(); }

    Topic& follow(const std::string& key) {
        Topic& topic = partitions.front().topics.insert(
            std::make_unique<Topic>(partitions.front(), key, ChannelAddress{}));
        topic.presence = std::make_unique<Presence>();
        reader->follow(topic);
        return topic;
    }

    bool run_until(const std::function<bool()>& condition) {
        return real.loop.run_until([&] {
            reader->end_turn();
            bus.flush();
            return condition();
        });
    }
    bool run_until_reads(std::size_t count) {
        return run_until([this, count] { return reads.size() >= count; });
    }

    void on_up(std::string_view run_id) override {
        context.run_id = run_id;
        context.epoch = fnv1a(run_id);
    }
    void on_down(std::string_view why) override { ADD_FAILURE() << why; }
    void on_message(std::string_view topic, std::string_view message) override {
        reader->on_message(topic, message);
    }
    void on_subscribed(std::string_view topic) override { reader->on_subscribed(topic); }
    void on_script_failure(Script, std::string_view, std::string_view what) override {
        script_failures.emplace_back(what);
    }
    void on_message(Topic&, const BusMessage& message) override { said.emplace_back(message.body); }
    void on_earlier_termination(Topic&, const BusMessage& message) override {
        said.emplace_back(message.body);
    }
    void on_read(Topic&, const TopicRead& read) override {
        std::vector<std::string>& ids = reads.emplace_back();
        if (!read.members) ids.emplace_back("not told");
        for (const auto& member : read.members.value_or(MembersView{})) {
            ids.emplace_back(member.first);
        }
    }
    void on_advanced(Topic&) override {}
    void on_unreadable(Topic& topic) override { unreadable.push_back(topic.key); }

    std::unique_ptr<RealScriptServer> server = std::make_unique<RealScriptServer>();
    RealScriptServer& real = *server;
    ScriptWorld world{std::move(server)};
    ScriptNode node{world, "a.1"};
    ClusterOptions options;
    ClusterMetrics metrics;
    LatencyHistogram round_trips;
    RedisBus bus{real.loop.get(),
                 {*RedisAddress::parse(real.server.url()), nullptr, "", std::chrono::seconds(20)},
                 round_trips,
                 [] { return std::uint64_t{0}; }};
    ClusterContext context{bus,  options,    metrics, [this] { return real.loop.get().now(); },
                           "me", fnv1a("me")};
    std::deque<Partition> partitions;
    std::unique_ptr<TopicReader> reader;
    std::vector<std::vector<std::string>> reads;
    std::vector<std::string> said;
    std::vector<std::string> script_failures;
    std::vector<std::string> unreadable;
};

TEST_F(TopicReaderTest, DoesNotMistakeAReadWithoutMembersForAnEmptyChannel) {
    node.sync_topic({.topic = lobby, .count = 1, .steps = {{"+", "ann"}}});
    Topic& topic = follow(lobby);
    ASSERT_TRUE(run_until_reads(1));
    EXPECT_THAT(reads[0], ElementsAre("ann"));
    // It reads on, as after each reconnect, and needs no members; then it learns that it does.
    reader->on_down();
    reader->on_up();
    ASSERT_TRUE(run_until([&] { return is_reading(topic.reading); }));
    reader->read_state(topic);
    ASSERT_TRUE(run_until_reads(3));
    EXPECT_THAT(reads[1], ElementsAre("not told"));
    EXPECT_THAT(reads[2], ElementsAre("ann"));
    EXPECT_EQ(topic.replica, Replica::current);
}

TEST_F(TopicReaderTest, AsksForMembersAgainIfTheConnectionWasLostBeforeTheyCame) {
    node.sync_topic({.topic = lobby, .count = 1, .steps = {{"+", "ann"}}});
    Topic& topic = follow(lobby);
    ASSERT_TRUE(run_until_reads(1));
    reader->read_state(topic);
    reader->on_down();
    EXPECT_EQ(topic.replica, Replica::stale);
    reader->on_up();
    ASSERT_TRUE(run_until_reads(2));
    EXPECT_THAT(reads[1], ElementsAre("ann"));
}

TEST_F(TopicReaderTest, DoesWithoutATopicWhoseKeyIsOfAnotherType) {
    world.command({"SET", world.key("c:" + lobby), "garbage"});
    Topic& topic = follow(lobby);
    Topic& other = follow("p1:7presence-other");
    ASSERT_TRUE(run_until([&] { return !unreadable.empty() && !reads.empty(); }));
    EXPECT_THAT(unreadable, ElementsAre(lobby));
    EXPECT_TRUE(bus.is_up());
    EXPECT_TRUE(other.sequence.is_based());
    EXPECT_EQ(script_failures.size(), 1U);
    world.command({"DEL", world.key("c:" + lobby)});
    for (int steps = 0; steps < 200; ++steps) reader->sweep();  // A whole round.
    ASSERT_TRUE(run_until([&] { return topic.sequence.is_based(); }));
}

TEST_F(TopicReaderTest, DeliversMessagesOfATopicThatCannotBeRead) {
    world.command({"SET", world.key("c:" + lobby), "garbage"});
    Topic& topic = follow(lobby);
    ASSERT_TRUE(run_until([&] { return !unreadable.empty(); }));
    topic.is_broken = true;
    const std::string subject = world.key("t:" + lobby);
    const std::string first = R"({"event":"e","channel":"c","data":"1"})";
    const std::string second = R"({"event":"e","channel":"c","data":"2"})";
    for (int repeats = 0; repeats < 2; ++repeats) {
        world.command({"PUBLISH", subject, "run 7 0 0 host 3 e - " + first});
    }
    world.command({"PUBLISH", subject, "run 8 0 0 host 4 e - " + second});
    ASSERT_TRUE(run_until([&] { return said.size() >= 2; }));
    EXPECT_THAT(said, ElementsAre(first, second));
}

TEST_F(TopicReaderTest, FindsBackWhenRedisKnowsLessThanItDoes) {
    Topic& topic = follow(lobby);
    ASSERT_TRUE(run_until_reads(1));
    // Somebody has published a number from far ahead.
    const std::string forged = R"({"event":"forged","channel":"c","data":"1"})";
    world.command({"PUBLISH", world.key("t:" + lobby),
                   context.run_id + " 5000000000000000 1 0 x 1 e - " + forged});
    ASSERT_TRUE(run_until([&] { return said.size() == 1; }));
    const std::string event = R"({"event":"e","channel":"c","data":"1"})";
    world.publish(lobby, "p", 1, event);
    ASSERT_TRUE(run_until([&] {
        reader->sweep();
        return said.size() == 2;
    }));
    EXPECT_EQ(said.back(), event);
    EXPECT_LT(topic.sequence.last(), 5000000000000000U);
}

TEST_F(TopicReaderTest, IgnoresMessagesThatClientsCouldNotRead) {
    follow(lobby);
    ASSERT_TRUE(run_until_reads(1));
    const std::string subject = world.key("t:" + lobby);
    for (const std::string body : {"\xff{}", "{}\xf0", "\"x\"", "", "{"}) {
        world.command({"PUBLISH", subject, "* other - " + body});
    }
    world.command({"PUBLISH", subject, "nonsense"});
    const std::string event = R"({"event":"client-e","channel":"c","data":"1"})";
    world.command({"PUBLISH", subject, "* other - " + event});
    ASSERT_TRUE(run_until([&] { return !said.empty(); }));
    EXPECT_THAT(said, ElementsAre(event));
    EXPECT_EQ(metrics.messages_rejected, 6U);
}

TEST_F(TopicReaderTest, ReadsAgainWhatRedisHasOtherwiseAlthoughNoMessageIsMissing) {
    Topic& topic = follow(lobby);
    ASSERT_TRUE(run_until_reads(1));
    EXPECT_FALSE(topic.is_suspect);
    world.command({"HSET", world.key("m:" + lobby), "u1", "1 {}"});
    for (int i = 0; i < 200; ++i) reader->sweep();
    ASSERT_TRUE(run_until([this] {
        reader->sweep();
        return reads.size() >= 2;
    }));
    EXPECT_THAT(reads.back(), ElementsAre("u1"));
}

TEST_F(TopicReaderTest, HasManyTopicsWaitSoThatLeasesDoNot) {
    constexpr std::size_t count = 20'000;
    for (std::size_t i = 0; i < count; ++i) follow("p1:7presence-" + std::to_string(i));
    std::size_t longest = 0;
    ASSERT_TRUE(run_until([&] {
        longest = std::max(longest, bus.in_flight());
        return reads.size() == count;
    }));
    EXPECT_LE(longest, 2048U);
}

}  // namespace
}  // namespace carillon::test
