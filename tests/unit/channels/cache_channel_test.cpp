// Cache channels: wire.md 2.7.
#include <gmock/gmock.h>

#include "carillon/protocol/server_messages.hpp"
#include "shard_world.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;

class CacheChannelTest : public ::testing::Test {
protected:
    void publish(const std::string& channel, const std::string& event, SocketId excluded = {}) {
        const PublishRequest publication{
            *ChannelName::parse(channel, app->limits),
            channel_event(channel, *scan_json('"' + event + '"'), *scan_json("\"d\"")), excluded};
        EXPECT_TRUE(world.shard(0).publish(*app, {publication}, [] {}));
        world.settle();
    }
    std::vector<std::string> names_after_joining(const std::string& channel) {
        TestClient late{world, 2, app};
        late.take();
        if (channel.starts_with("presence-")) {
            late.join(channel, "u");
        } else {
            late.subscribe_signed(channel);
        }
        world.settle();
        return late.take_names();
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
    TestClient client{world, 1, app};
};

TEST_F(CacheChannelTest, GivesTheLastEventAfterTheSuccess) {
    for (const char* channel :
         {"cache-a", "private-cache-a", "presence-cache-a", "private-encrypted-cache-a"}) {
        EXPECT_THAT(names_after_joining(channel),
                    ElementsAre("pusher_internal:subscription_succeeded", "pusher:cache_miss"));
        publish(channel, "one");
        publish(channel, "two", client.connection.socket_id());
        EXPECT_THAT(names_after_joining(channel),
                    ElementsAre("pusher_internal:subscription_succeeded", "two"));
    }
}

TEST_F(CacheChannelTest, OtherChannelsGiveNothing) {
    publish("private-a", "one");
    EXPECT_THAT(names_after_joining("private-a"),
                ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(CacheChannelTest, ForgetsAfterItsTime) {
    auto brief = std::make_shared<App>(*app);
    brief->limits.cache_ttl_seconds = 60;
    app = brief;
    publish("cache-a", "one");
    world.pass(59s);
    EXPECT_THAT(names_after_joining("cache-a"), ::testing::Contains("one"));
    publish("cache-a", "two");
    world.pass(59s);
    EXPECT_THAT(names_after_joining("cache-a"), ::testing::Contains("two"));
    world.pass(1s);
    EXPECT_THAT(names_after_joining("cache-a"), ::testing::Contains("pusher:cache_miss"));
}

TEST_F(CacheChannelTest, ClientEventsAreNotKept) {
    client.subscribe_signed("private-cache-a");
    world.settle();
    client.client_event("private-cache-a", "client-x", 1);
    world.settle();
    EXPECT_THAT(names_after_joining("private-cache-a"), ::testing::Contains("pusher:cache_miss"));
}

TEST_F(CacheChannelTest, ARepeatedSubscribeGivesTheSuccessAlone) {
    publish("cache-a", "one");
    client.subscribe("cache-a");
    world.settle();
    client.take();
    client.subscribe("cache-a");
    world.settle();
    EXPECT_THAT(client.take_names(), ElementsAre("pusher_internal:subscription_succeeded"));
}

TEST_F(CacheChannelTest, AppsWithEqualNamesKeepTheirOwn) {
    const auto other = make_app("other");
    publish("cache-a", "one");
    TestClient stranger{world, 1, other};
    stranger.subscribe("cache-a");
    world.settle();
    EXPECT_THAT(stranger.take_names(), ::testing::Contains("pusher:cache_miss"));
}

}  // namespace
}  // namespace carillon::test
