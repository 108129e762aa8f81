#include "carillon/channels/presence_roster.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;

constexpr SubscriptionKey first{ShardId{0}, 1};
constexpr SubscriptionKey second{ShardId{1}, 1};

TEST(PresenceRoster, CountsUsersNotConnections) {
    PresenceRoster roster;
    EXPECT_TRUE(roster.add(first, {"u", "{}"}));
    EXPECT_FALSE(roster.add(second, {"u", "{}"}));
    EXPECT_EQ(roster.users(), 1U);
    EXPECT_FALSE(roster.remove(first).gone_id);
    EXPECT_EQ(roster.remove(second).gone_id, "u");
    EXPECT_EQ(roster.users(), 0U);
}

TEST(PresenceRoster, DoesNotKnowWhoNeverJoined) {
    PresenceRoster roster;
    roster.add(first, {"u", std::nullopt});
    EXPECT_FALSE(roster.remove(second).known);
    EXPECT_TRUE(roster.remove(first).known);
    EXPECT_FALSE(roster.remove(first).known);
}

TEST(PresenceRoster, KeepsTheInfoThatAUserFirstCameWith) {
    PresenceRoster roster;
    roster.add(first, {"u", R"({"v":1})"});
    roster.add(second, {"u", R"({"v":2})"});
    const json hash = json::parse(roster.json()).at("presence").at("hash");
    EXPECT_EQ(hash, (json{{"u", {{"v", 1}}}}));
}

TEST(PresenceRoster, ListsIdsWithAnyCharactersAndNullWithoutInfo) {
    PresenceRoster roster;
    roster.add(first, {"__proto__ \"\\ \xF0\x9F\x94\x94", std::nullopt});
    const json presence = json::parse(roster.json()).at("presence");
    EXPECT_EQ(presence.at("count"), 1);
    EXPECT_EQ(presence.at("ids"), json::array({"__proto__ \"\\ \xF0\x9F\x94\x94"}));
    EXPECT_EQ(presence.at("hash"), (json{{"__proto__ \"\\ \xF0\x9F\x94\x94", nullptr}}));
}

TEST(PresenceRoster, EmptyHashIsAnObject) {
    EXPECT_EQ(PresenceRoster().json(), R"({"presence":{"count":0,"ids":[],"hash":{}}})");
}

}  // namespace
}  // namespace carillon
