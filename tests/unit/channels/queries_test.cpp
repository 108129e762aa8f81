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
    std::vector<std::string> users(bool with_info) {
        std::vector<std::string> texts;
        queries().users(
            *app, name("presence-room"), with_info, [&](const std::vector<PresenceData>& users) {
                for (const PresenceData& user : users) {
                    texts.push_back(user.user_id + (user.user_info ? " " + *user.user_info : ""));
                }
            });
        world.settle();
        return texts;
    }
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
    EXPECT_THAT(users(false), UnorderedElementsAre("u1", "u2"));
}

TEST_F(QueriesTest, ListsUsersWithTheInfoOfTheirFirstConnection) {
    TestClient third(world, 2, app);
    third.subscribe_signed("presence-room",
                           R"({"user_id":"u3","user_info":{"n":1.50,"q":"\"","b":"\\"}})");
    TestClient fourth(world, 2, app);
    fourth.subscribe_signed("presence-room", R"({"user_id":4})");
    world.settle();
    EXPECT_THAT(users(true), UnorderedElementsAre(R"(u1 {"n":"u1"})", R"(u2 {"n":"u2"})",
                                                  R"(u3 {"n":1.50,"q":"\"","b":"\\"})", "4"));
}

}  // namespace
}  // namespace carillon::test
