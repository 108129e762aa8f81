// What is announced too often is held back on the edge: wire.md 2.6, 2.8.
#include "carillon/channels/damping.hpp"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "carillon/channels/pacing.hpp"
#include "shard_world.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* room = "presence-room";

class DampingTest : public ::testing::Test {
protected:
    DampingTest() { app->limits.max_presence_members = 0; }

    /// Subscribed on shard 0; the channel's home may be another one.
    std::unique_ptr<TestClient> member(const std::string& user) {
        auto client = std::make_unique<TestClient>(world, 0, app);
        client->join(room, user);
        world.settle();
        return client;
    }
    /// The user comes or goes, by a connection of its own on another shard.
    void come(const std::string& user, const std::string& info = "1") {
        auto& client = users[user];
        if (!client) client = std::make_unique<TestClient>(world, 1, app);
        client->subscribe_signed(room, R"({"user_id":")" + user + R"(","user_info":)" + info + "}");
        world.settle();
    }
    void go(const std::string& user) {
        users.at(user)->unsubscribe(room);
        world.settle();
    }
    /// "+user" and "-user", with the data of a user that is added if they are not 1.
    static std::vector<std::string> told(TestClient& client) {
        std::vector<std::string> all;
        for (const json& message : client.take()) {
            const std::string event = message.at("event");
            if (!event.starts_with("pusher_internal:member_")) continue;
            const json data = json::parse(message.at("data").get<std::string>());
            std::string line =
                (event.ends_with("added") ? "+" : "-") + data.at("user_id").get<std::string>();
            if (data.contains("user_info") && data.at("user_info") == 2) line += " 2";
            all.push_back(line);
        }
        return all;
    }
    /// The ids that the client's last success lists, sorted.
    static std::vector<std::string> listed(TestClient& client) {
        std::vector<std::string> ids;
        for (const json& message : client.received) {
            if (message.at("event") != "pusher_internal:subscription_succeeded") continue;
            ids = json::parse(message.at("data").get<std::string>()).at("presence").at("ids");
        }
        return ids;
    }
    void pass(Duration time) {
        world.pass(time);
        world.settle();
    }

    ShardWorld world{3};
    std::shared_ptr<App> app = make_app();
    std::map<std::string, std::unique_ptr<TestClient>> users;
};

TEST_F(DampingTest, TheFirstChangesOfAMemberAreAnnouncedAtOnce) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann"));
    pass(1s);
    come("ann");
    EXPECT_THAT(told(*watcher), ElementsAre("+ann"));
}

TEST_F(DampingTest, AMemberThatFlapsIsAnnouncedOncePerSecondAndItsLastStateAlways) {
    const auto watcher = member("watcher");
    for (int i = 0; i < 20; ++i) {
        come("ann");
        go("ann");
        come("bob");
        if (i < 19) go("bob");
    }
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann", "+bob", "-bob"));
    pass(999ms);
    EXPECT_THAT(told(*watcher), IsEmpty());
    pass(1ms);
    EXPECT_THAT(told(*watcher), ElementsAre("+bob"));
    pass(2s);
    EXPECT_THAT(told(*watcher), IsEmpty());
}

TEST_F(DampingTest, WhoSubscribesMeanwhileIsToldWhatDiffersFromItsList) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    come("ann");  // Held back.
    const auto sees_ann = member("sees ann");
    EXPECT_THAT(listed(*sees_ann), UnorderedElementsAre("watcher", "ann", "sees ann"));
    go("ann");
    const auto sees_nobody = member("sees nobody");
    EXPECT_THAT(listed(*sees_nobody), UnorderedElementsAre("watcher", "sees ann", "sees nobody"));
    come("ann");
    const auto sees_ann_again = member("sees ann again");
    for (const auto& client : {watcher.get(), sees_ann.get(), sees_nobody.get()}) client->take();
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann"));
    EXPECT_THAT(told(*sees_ann), IsEmpty());
    EXPECT_THAT(told(*sees_nobody), ElementsAre("+ann"));
    EXPECT_THAT(told(*sees_ann_again), IsEmpty());
}

TEST_F(DampingTest, WhoSubscribedMeanwhileIsToldEvenIfTheOthersNeedNot) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    come("ann");
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann", "+ann"));
    go("ann");
    come("ann");
    go("ann");  // Held back.
    const auto sees_nobody = member("other");
    come("ann");
    told(*watcher);
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann"));
    EXPECT_THAT(told(*sees_nobody), ElementsAre("+ann"));
}

TEST_F(DampingTest, OtherDataOfAMemberAreAnnouncedAtTheEnd) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    pass(1s);
    come("ann");
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann", "+ann"));
    go("ann");
    come("ann", "2");
    EXPECT_THAT(told(*watcher), ElementsAre("-ann"));
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann 2"));
    go("ann");
    come("ann");  // Both are held back.
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("-ann", "+ann"));
}

TEST_F(DampingTest, AMemberIsNeverToldAboutItself) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    come("ann");
    auto second = member("ann");
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann", "+ann"));
    EXPECT_THAT(told(*second), IsEmpty());
    EXPECT_THAT(told(*users.at("ann")), IsEmpty());
}

TEST_F(DampingTest, ARepeatedSubscriptionListsWhatIsHeldBack) {
    const auto watcher = member("watcher");
    come("ann");
    go("ann");
    come("ann");
    watcher->take();
    watcher->join(room, "watcher");
    world.settle();
    EXPECT_THAT(listed(*watcher), UnorderedElementsAre("watcher", "ann"));
    watcher->take();
    pass(1s);
    EXPECT_THAT(told(*watcher), IsEmpty());
}

TEST_F(DampingTest, CorrectionsThatOutlastTheirTurnReachEverySubscriberInOrder) {
    std::vector<std::unique_ptr<TestClient>> watchers;
    for (int i = 0; i < 5; ++i) watchers.push_back(member("w" + std::to_string(i)));
    come("ann");
    go("ann");
    come("ann");
    for (const auto& watcher : watchers) watcher->take();
    world.turn_expires = [] { return true; };
    world.pass(1s);
    EXPECT_TRUE(world.shard(0).edge_channels().has_unfinished());
    auto late = std::make_unique<TestClient>(world, 0, app);
    late->join(room, "late");
    go("ann");
    for (const auto& watcher : watchers) {
        const std::vector<std::string> all = told(*watcher);
        EXPECT_THAT(all, ElementsAre("+ann", "+late", "-ann"));
    }
    EXPECT_THAT(listed(*late), ::testing::Contains("ann"));
    EXPECT_THAT(told(*late), ElementsAre("-ann"));
}

TEST_F(DampingTest, WhatOneTurnHasNoTimeForIsAnnouncedInTheNext) {
    const auto watcher = member("watcher");
    for (const std::string user : {"ann", "ben", "cleo"}) {
        come(user);
        go(user);
        come(user);
    }
    watcher->take();
    world.turn_expires = [] { return true; };
    world.pass_at_once(1s);
    EXPECT_TRUE(world.shard(0).edge_channels().has_unfinished());
    world.settle();
    EXPECT_THAT(told(*watcher), UnorderedElementsAre("+ann", "+ben", "+cleo"));
}

TEST_F(DampingTest, AChannelThatBeginsAnewRemembersNothing) {
    auto watcher = member("watcher");
    come("ann");
    go("ann");
    watcher.reset();
    world.settle();
    watcher = member("watcher");
    come("ann");
    go("ann");
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann"));
    come("ann");
    pass(1s);
    EXPECT_THAT(told(*watcher), ElementsAre("+ann"));
}

TEST_F(DampingTest, BeyondTheMembersThatAreRememberedNothingIsHeldBack) {
    const auto watcher = member("watcher");
    for (std::size_t i = 0; i < damped_members_max; ++i) {
        const std::string user = "u" + std::to_string(i);
        users["anybody"] = std::make_unique<TestClient>(world, 1, app);
        users["anybody"]->join(room, user);
        world.settle();
        watcher->take();
    }
    users.erase("anybody");
    world.settle();
    watcher->take();
    for (int i = 0; i < 3; ++i) {
        come("ann");
        go("ann");
    }
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann", "+ann", "-ann", "+ann", "-ann"));
    pass(1s);
    pass(1s);
    for (int i = 0; i < 3; ++i) {
        come("ann");
        go("ann");
    }
    EXPECT_THAT(told(*watcher), ElementsAre("+ann", "-ann"));
}

}  // namespace
}  // namespace carillon::test
