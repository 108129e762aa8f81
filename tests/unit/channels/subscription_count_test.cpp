// `pusher_internal:subscription_count`: wire.md 2.8.
#include <gmock/gmock.h>

#include "shard_world.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;

class SubscriptionCountTest : public ::testing::Test {
protected:
    SubscriptionCountTest() { app->subscription_count = true; }

    TestClient& add(const std::string& channel) {
        clients.push_back(std::make_unique<TestClient>(
            world, static_cast<std::uint16_t>(clients.size() % world.size()), app));
        clients.back()->subscribe(channel);
        world.settle();
        return *clients.back();
    }
    void pass(Duration time) {
        world.pass(time);
        world.settle();
    }
    static std::vector<int> counts(TestClient& client) {
        std::vector<int> all;
        for (const json& message : client.take()) {
            if (message.at("event") != "pusher_internal:subscription_count") continue;
            all.push_back(
                json::parse(message.at("data").get<std::string>()).at("subscription_count"));
        }
        return all;
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
    std::vector<std::unique_ptr<TestClient>> clients;
};

TEST_F(SubscriptionCountTest, FollowsEverySubscribeAndUnsubscribe) {
    TestClient& first = add("news");
    EXPECT_THAT(first.take_names(), ElementsAre("pusher:connection_established",
                                                "pusher_internal:subscription_succeeded",
                                                "pusher_internal:subscription_count"));
    pass(100ms);
    add("news");
    pass(100ms);
    clients.back()->unsubscribe("news");
    world.settle();
    pass(100ms);
    add("news");
    pass(100ms);
    clients.pop_back();
    world.settle();
    EXPECT_THAT(counts(first), ElementsAre(2, 1, 2, 1));
}

TEST_F(SubscriptionCountTest, FurtherChangesComeAtMostEvery100MsAndTheLastAlways) {
    TestClient& first = add("news");
    add("news");
    add("news");
    EXPECT_THAT(counts(first), ElementsAre(1));
    pass(99ms);
    EXPECT_THAT(counts(first), ElementsAre());
    pass(1ms);
    EXPECT_THAT(counts(first), ElementsAre(3));
    TestClient& fourth = add("news");
    clients[1]->unsubscribe("news");
    world.settle();
    pass(100ms);
    EXPECT_THAT(counts(first), ElementsAre(3));  // For the fourth, who was told none.
    EXPECT_THAT(counts(fourth), ElementsAre(3));
    pass(100ms);
    add("news");
    EXPECT_THAT(counts(first), ElementsAre(4));
}

TEST_F(SubscriptionCountTest, ComesAfterACachedEventOrMiss) {
    EXPECT_THAT(
        add("cache-a").take_names(),
        ElementsAre("pusher:connection_established", "pusher_internal:subscription_succeeded",
                    "pusher:cache_miss", "pusher_internal:subscription_count"));
}

TEST_F(SubscriptionCountTest, IsNotForPresenceAndUserChannels) {
    TestClient client{world, 0, app};
    client.join("presence-a", "u");
    client.sign_in("u");
    client.subscribe("#server-to-user-u");
    world.settle();
    EXPECT_THAT(counts(client), ElementsAre());
}

TEST_F(SubscriptionCountTest, AboveAHundredComesEveryFiveSecondsIfSomebodyCameOrWent) {
    TestClient& first = add("news");
    while (clients.size() < 150) add("news");
    EXPECT_THAT(counts(first), ElementsAre(1));
    pass(100ms);
    EXPECT_THAT(counts(first), ElementsAre(100));
    pass(4899ms);
    EXPECT_THAT(counts(first), ElementsAre());
    pass(1ms);
    EXPECT_THAT(counts(first), ElementsAre(150));

    clients.pop_back();
    add("news");
    world.pass(5s);
    world.settle();
    EXPECT_THAT(counts(first), ElementsAre(150)) << "the one who came has to be told, too";
    clients.pop_back();
    world.pass(5s);
    world.settle();
    EXPECT_THAT(counts(first), ElementsAre(149));

    while (clients.size() > 99) clients.pop_back();
    world.settle();
    pass(100ms);
    EXPECT_THAT(counts(first), ElementsAre(99));
    world.pass(5s);
    world.settle();
    EXPECT_THAT(counts(first), ElementsAre());
}

}  // namespace
}  // namespace carillon::test
