#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shard_world.hpp"

namespace carillon::test {
namespace {

using testing::UnorderedElementsAre;

class QueriesTest : public ::testing::Test {
protected:
    QueriesTest() {
        for (const char* channel : {"a1", "a2", "b1"}) client.subscribe(channel);
        client.join("presence-room", "u1");
        other.join("presence-room", "u2");
        again.join("presence-room", "u2");
        world.settle();
    }
    ChannelQueries& queries() { return world.shard(2).queries(); }
    [[nodiscard]] ChannelName name(std::string_view text) const {
        return *ChannelName::parse(text, app->limits);
    }

    ShardWorld world{4};
    std::shared_ptr<App> app = make_app();
    TestClient client{world, 0, app};
    TestClient other{world, 1, app};
    TestClient again{world, 3, app};
};

TEST_F(QueriesTest, ListsOccupiedChannelsOfAllShardsByPrefix) {
    std::vector<std::string> names;
    const auto collect = [&](std::vector<ChannelSummary> summaries) {
        for (const auto& summary : summaries) names.push_back(summary.name);
    };
    queries().list(*app, "a", collect);
    world.settle();
    EXPECT_THAT(names, UnorderedElementsAre("a1", "a2"));
    names.clear();
    client.unsubscribe("a1");
    world.settle();
    queries().list(*app, "", collect);
    world.settle();
    EXPECT_THAT(names, UnorderedElementsAre("a2", "b1", "presence-room"));
}

TEST_F(QueriesTest, SummarizesInTheOrderOfTheQuestion) {
    std::vector<ChannelSummary> got;
    queries().summarize(*app, {name("presence-room"), name("nobody"), name("a1")},
                        [&](std::vector<ChannelSummary> summaries) { got = summaries; });
    world.settle();
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].users, 2U);
    EXPECT_EQ(got[0].subscriptions, 3U);
    EXPECT_TRUE(got[0].presence);
    EXPECT_EQ(got[1].subscriptions, 0U);
    EXPECT_EQ(got[2].subscriptions, 1U);
}

TEST_F(QueriesTest, AChannelAskedForTwiceIsAnsweredTwice) {
    std::vector<ChannelSummary> got;
    queries().summarize(*app, {name("a1"), name("a1")},
                        [&](std::vector<ChannelSummary> summaries) { got = summaries; });
    world.settle();
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[1].subscriptions, 1U);
}

TEST_F(QueriesTest, ListsDistinctUsers) {
    std::vector<std::string> got;
    queries().users(*app, name("presence-room"),
                    [&](std::vector<std::string> users) { got = users; });
    world.settle();
    EXPECT_THAT(got, UnorderedElementsAre("u1", "u2"));
}

}  // namespace
}  // namespace carillon::test
