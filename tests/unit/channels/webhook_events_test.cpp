// The webhooks of channels and users, and when none is sent: wire.md 6.3, 6.5.
#include <gmock/gmock.h>

#include "carillon/channels/partition.hpp"
#include "shard_world.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class WebhookEventsTest : public ::testing::Test {
protected:
    WebhookEventsTest() { want(webhook_kind_names); }

    template <class Names>
    void want(const Names& names) {
        app->webhook_kinds = {};
        for (const std::string_view name : names) app->webhook_kinds.add(*webhook_kind(name));
        const std::vector<std::shared_ptr<const App>> apps{app};
        for (std::uint16_t i = 0; i < world.size(); ++i) {
            world.shard(i).webhooks().set_apps(apps);
        }
    }
    TestClient client(std::uint16_t shard = 0) { return {world, shard, app}; }

    /// Since the last call, each as its kind, channel and user.
    std::vector<std::string> pushed() {
        world.settle();
        std::vector<std::string> all;
        for (const WebhookEvent& event : std::exchange(world.webhooks, {})) {
            const auto text = nlohmann::json::parse(event.text);
            EXPECT_EQ(text.at("name"), name_of(event.kind));
            EXPECT_EQ(text.value("channel", ""), event.channel);
            std::string line{name_of(event.kind)};
            for (const char* const part : {"channel", "user_id"}) {
                if (text.contains(part)) line += ' ' + text[part].get<std::string>();
            }
            if (text.contains("subscription_count")) {
                line += ' ' + text["subscription_count"].dump();
            }
            all.push_back(std::move(line));
        }
        return all;
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
};

TEST_F(WebhookEventsTest, ReportTheFirstAndTheLastSubscriber) {
    TestClient one = client(0);
    TestClient two = client(1);
    one.subscribe("c");
    two.subscribe("c");
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied c"));
    one.unsubscribe("c");
    world.settle();
    world.pass(10s);
    EXPECT_THAT(pushed(), IsEmpty());
    two.unsubscribe("c");
    world.settle();
    world.pass(2900ms);
    EXPECT_THAT(pushed(), IsEmpty());
    world.pass(200ms);
    EXPECT_THAT(pushed(), ElementsAre("channel_vacated c"));
    world.pass(10s);
    EXPECT_THAT(pushed(), IsEmpty());
}

TEST_F(WebhookEventsTest, AreNotSentIfTheClientReturnsInTime) {
    TestClient page = client();
    page.join("presence-c", "ann");
    EXPECT_THAT(pushed(),
                ElementsAre("channel_occupied presence-c", "member_added presence-c ann"));
    page.unsubscribe("presence-c");
    world.settle();
    world.pass(2900ms);
    TestClient reloaded = client(2);
    reloaded.join("presence-c", "ann");
    world.settle();
    world.pass(10s);
    EXPECT_THAT(pushed(), IsEmpty());
}

TEST_F(WebhookEventsTest, CountTheGraceFromTheLastDeparture) {
    TestClient page = client();
    for (int i = 0; i < 5; ++i) {
        page.subscribe("c");
        world.settle();
        page.unsubscribe("c");
        world.settle();
        world.pass(2s);
    }
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied c"));
    world.pass(1100ms);
    EXPECT_THAT(pushed(), ElementsAre("channel_vacated c"));
    page.subscribe("c");
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied c"));
}

TEST_F(WebhookEventsTest, AreSentInTheOrderInWhichTheyHappened) {
    TestClient ann = client();
    TestClient bob = client(1);
    ann.join("presence-c", "ann");
    bob.join("presence-c", "bob");
    world.settle();
    ann.unsubscribe("presence-c");
    world.settle();
    bob.unsubscribe("presence-c");
    pushed();
    world.pass(3100ms);
    EXPECT_THAT(pushed(),
                ElementsAre("member_removed presence-c ann", "member_removed presence-c bob",
                            "channel_vacated presence-c"));
}

TEST_F(WebhookEventsTest, KeepOneMembersReturnApartFromAnothersDeparture) {
    TestClient ann = client();
    TestClient bob = client(1);
    ann.join("presence-c", "ann");
    bob.join("presence-c", "bob");
    world.settle();
    ann.unsubscribe("presence-c");
    bob.unsubscribe("presence-c");
    pushed();
    bob.join("presence-c", "bob");
    world.settle();
    world.pass(4s);
    EXPECT_THAT(pushed(), ElementsAre("member_removed presence-c ann"));
}

TEST_F(WebhookEventsTest, ReportDeparturesAtOnceWithoutAGrace) {
    app->webhook_grace = 0s;
    want(webhook_kind_names);
    TestClient one = client();
    one.subscribe("c");
    one.unsubscribe("c");
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied c", "channel_vacated c"));
}

TEST_F(WebhookEventsTest, ReportUsersOverAllTheirConnections) {
    TestClient one = client(0);
    TestClient two = client(1);
    one.sign_in("ann");
    two.sign_in("ann");
    EXPECT_THAT(pushed(), ElementsAre("user_online ann"));
    one.subscribe("#server-to-user-ann");
    EXPECT_THAT(pushed(), IsEmpty());
    one.connection.leave();
    world.settle();
    world.pass(4s);
    EXPECT_THAT(pushed(), IsEmpty());
    two.connection.leave();
    world.settle();
    world.pass(4s);
    EXPECT_THAT(pushed(), ElementsAre("user_offline ann"));
}

TEST_F(WebhookEventsTest, ReportOnlyWhatAnEndpointWants) {
    want(std::vector<std::string_view>{"channel_vacated"});
    TestClient one = client();
    one.join("presence-c", "ann");
    one.subscribe("cache-c");
    one.sign_in("ann");
    one.client_event("presence-c", "client-x", 1);
    world.settle();
    one.connection.leave();
    world.settle();
    world.pass(4s);
    EXPECT_THAT(pushed(),
                UnorderedElementsAre("channel_vacated presence-c", "channel_vacated cache-c"));
}

TEST_F(WebhookEventsTest, CompareArrivalsWithDeparturesThatNoEndpointWants) {
    want(std::vector<std::string_view>{"channel_occupied"});
    TestClient one = client();
    one.subscribe("c");
    one.unsubscribe("c");
    one.subscribe("c");
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied c"));
}

TEST_F(WebhookEventsTest, ReportAcceptedClientEventsOnly) {
    TestClient one = client();
    one.subscribe_signed("private-c");
    world.settle();
    pushed();
    one.client_event("private-c", "client-x", {{"a", 1}});
    one.client_event("private-other", "client-x", 1);
    EXPECT_THAT(pushed(), ElementsAre("client_event private-c"));
}

TEST_F(WebhookEventsTest, ReportACacheMissOncePerSecond) {
    TestClient one = client(0);
    TestClient two = client(1);
    one.subscribe("cache-c");
    two.subscribe("cache-c");
    EXPECT_THAT(pushed(), ElementsAre("channel_occupied cache-c", "cache_miss cache-c"));
    world.pass(1100ms);
    TestClient three = client(2);
    three.subscribe("cache-c");
    EXPECT_THAT(pushed(), ElementsAre("cache_miss cache-c"));
    const auto name = ChannelName::parse("cache-c", app->limits);
    const PublishRequest event{*name, R"({"event":"e","channel":"cache-c","data":"1"})", {}};
    EXPECT_TRUE(world.shard(0).publish(*app, {event}, [] {}));
    world.settle();
    world.pass(2s);
    TestClient four = client(2);
    four.subscribe("cache-c");
    EXPECT_THAT(pushed(), IsEmpty());
}

TEST_F(WebhookEventsTest, ReportTheCountsThatSubscribersReceive) {
    want(std::vector<std::string_view>{"subscription_count"});
    app->subscription_count = true;
    TestClient one = client();
    one.subscribe("c");
    one.subscribe_signed("presence-c", R"({"user_id":"ann"})");
    EXPECT_THAT(pushed(), ElementsAre("subscription_count c 1"));
    std::vector<std::unique_ptr<TestClient>> crowd;
    for (int i = 0; i < 150; ++i) {
        crowd.push_back(std::make_unique<TestClient>(world, i % 3, app));
        crowd.back()->subscribe("c");
        world.settle();
    }
    EXPECT_EQ(pushed().size(), 99U) << "2 to 100";
    world.pass(6s);
    EXPECT_THAT(pushed(), ElementsAre("subscription_count c 151"));
}

TEST_F(WebhookEventsTest, CarryHeldDeparturesOverARestart) {
    TestClient page = client();
    page.join("presence-c", "ann");
    world.settle();
    page.connection.leave();
    world.settle();
    EXPECT_THAT(pushed(),
                ElementsAre("channel_occupied presence-c", "member_added presence-c ann"));

    std::vector<Departure> departures;
    for (std::uint16_t i = 0; i < world.size(); ++i) {
        for (Departure& left : world.shard(i).webhooks().take_departures()) {
            departures.push_back(std::move(left));
        }
    }
    ASSERT_EQ(departures.size(), 2U);
    world.pass(10s);
    EXPECT_THAT(pushed(), IsEmpty()) << "they were taken";
    const ShardId home = home_of("app", "presence-c", world.size());
    for (Departure& left : departures) {
        world.shard(static_cast<std::uint16_t>(home)).webhooks().defer(std::move(left));
    }
    TestClient back = client(1);
    back.join("presence-c", "bob");
    EXPECT_THAT(pushed(), ElementsAre("member_added presence-c bob"));
    world.pass(4s);
    EXPECT_THAT(pushed(), ElementsAre("member_removed presence-c ann"));
}

TEST_F(WebhookEventsTest, DeferNoMoreThanTheirLimitAndThenSendTheOldest) {
    WebhookEvents& events = world.shard(0).webhooks();
    for (std::size_t i = 0; i <= WebhookEvents::deferred_max; ++i) {
        events.defer({app->index, WebhookKind::channel_vacated, "c" + std::to_string(i), {}});
    }
    EXPECT_THAT(pushed(), ElementsAre("channel_vacated c0"));
    EXPECT_EQ(events.take_departures().size(), WebhookEvents::deferred_max);
}

TEST_F(WebhookEventsTest, AreSentAtOnceWhenTheServerStopsForGood) {
    TestClient page = client();
    page.subscribe("c");
    world.settle();
    page.connection.leave();
    world.settle();
    pushed();
    for (std::uint16_t i = 0; i < world.size(); ++i)
        world.shard(i).webhooks().announce_departures();
    EXPECT_THAT(pushed(), ElementsAre("channel_vacated c"));
    world.pass(10s);
    EXPECT_THAT(pushed(), IsEmpty());
}

}  // namespace
}  // namespace carillon::test
