// Fan-outs that outlast their turn: what every client is sent is what it would be sent otherwise.
#include "carillon/channels/fan_out.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "shard_world.hpp"

namespace carillon::test {
namespace {

class FanOutTest : public ::testing::Test {
protected:
    /// From now on no turn has time for a second subscriber.
    void slice() {
        world.turn_expires = [] { return true; };
    }

    std::unique_ptr<TestClient> subscriber() {
        auto client = std::make_unique<TestClient>(world, 0, app);
        client->subscribe("news");
        world.settle();
        client->take();
        return client;
    }

    void publish(int number) {
        const Result<ChannelName> channel = ChannelName::parse("news", app->limits);
        std::vector<PublishRequest> events;
        events.push_back(
            {*channel,
             R"({"event":"e","channel":"news","data":")" + std::to_string(number) + R"("})",
             {}});
        ASSERT_TRUE(world.shard(0).publish(*app, std::move(events), [] {}));
    }

    EdgeChannels& edge() { return world.shard(0).edge_channels(); }

    /// The numbers of the events that the client has received.
    static std::vector<int> numbers(const TestClient& client) {
        std::vector<int> all;
        for (const auto& message : client.received) {
            if (message.at("event") == "e") {
                all.push_back(std::stoi(message.at("data").get<std::string>()));
            }
        }
        return all;
    }

    ShardWorld world{1};
    std::shared_ptr<App> app = make_app();
};

TEST_F(FanOutTest, GoesOnWhereItsTurnEnded) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(subscriber());
    slice();
    publish(1);
    publish(2);
    std::size_t received = 0;
    for (const auto& client : clients) received += client->received.size();
    EXPECT_EQ(received, 1U);
    EXPECT_TRUE(edge().has_unfinished());
    EXPECT_GT(edge().waiting_bytes(), 0U);
    EXPECT_TRUE(edge().fanned_out().empty());
    world.settle();
    for (const auto& client : clients) EXPECT_EQ(numbers(*client), (std::vector{1, 2}));
    EXPECT_EQ(edge().fanned_out().size(), 2U);
    EXPECT_EQ(edge().waiting_bytes(), 0U);
    EXPECT_EQ(world.metrics(0).deliveries, 6U);
}

TEST_F(FanOutTest, JoinsWaitBehindTheEventsBeforeThem) {
    const auto first = subscriber();
    const auto second = subscriber();
    slice();
    publish(1);
    publish(2);
    TestClient late(world, 0, app);
    late.take();
    late.subscribe("news");
    publish(3);
    EXPECT_TRUE(late.received.empty());
    world.settle();
    ASSERT_FALSE(late.received.empty());
    EXPECT_EQ(late.received.front().at("event"), "pusher_internal:subscription_succeeded");
    EXPECT_EQ(numbers(late), std::vector{3});
    EXPECT_EQ(numbers(*first), (std::vector{1, 2, 3}));
}

TEST_F(FanOutTest, WhoUnsubscribesReceivesNoMore) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(subscriber());
    slice();
    publish(1);
    for (const auto& client : {clients[0].get(), clients[3].get()}) client->unsubscribe("news");
    const std::vector<int> before = numbers(*clients[0]);
    world.settle();
    EXPECT_EQ(numbers(*clients[0]), before);
    EXPECT_EQ(numbers(*clients[1]), std::vector{1});
    EXPECT_EQ(numbers(*clients[2]), std::vector{1});
}

TEST_F(FanOutTest, EndsWithItsLastSubscriber) {
    auto first = subscriber();
    auto second = subscriber();
    slice();
    publish(1);
    publish(2);
    world.shard(0).end_turn();
    EXPECT_GT(world.waiting_bytes(), 0);
    first.reset();
    second.reset();
    world.settle();
    EXPECT_FALSE(edge().has_unfinished());
    EXPECT_EQ(edge().waiting_bytes(), 0U);
    EXPECT_EQ(world.waiting_bytes(), 0);
}

/// Clients come and go while fan-outs are under way: each sees the events from its subscription on,
/// without a gap, and none after it has unsubscribed.
TEST_F(FanOutTest, EveryClientSeesOneRunOfEvents) {
    struct Member {
        std::unique_ptr<TestClient> client;
        int first = 0;
        bool subscribed = true;
        std::size_t received_at_leave = 0;
    };
    std::mt19937_64 random(7);
    world.turn_expires = [&random] { return random() % 3 != 0; };
    std::vector<Member> members;
    int published = 0;
    for (int step = 0; step < 3000; ++step) {
        const auto choice = random() % 8;
        if (choice == 0 && members.size() < 40) {
            Member& member = members.emplace_back();
            member.client = std::make_unique<TestClient>(world, 0, app);
            member.client->subscribe("news");
            member.first = published + 1;
        } else if (choice == 1 && !members.empty()) {
            Member& member = members[random() % members.size()];
            if (!member.subscribed) continue;
            member.client->unsubscribe("news");
            member.subscribed = false;
            member.received_at_leave = numbers(*member.client).size();
        } else if (choice < 4) {
            publish(++published);
        } else {
            edge().continue_unfinished();
        }
    }
    world.settle();
    for (const Member& member : members) {
        const std::vector<int> all = numbers(*member.client);
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASSERT_EQ(all[i], member.first + static_cast<int>(i));
        }
        if (member.subscribed) {
            EXPECT_EQ(static_cast<int>(all.size()), published - member.first + 1);
        } else {
            EXPECT_EQ(all.size(), member.received_at_leave);
        }
    }
}

}  // namespace
}  // namespace carillon::test
