#include "carillon/channels/presence_roster.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;

json presence_of(const PresenceRoster& roster) {
    const json message = json::parse(roster.succeeded("presence-c"));
    return json::parse(message.at("data").get<std::string>()).at("presence");
}

constexpr SubscriptionKey first{ShardId{0}, 1};
constexpr SubscriptionKey second{ShardId{1}, 1};

TEST(PresenceRoster, CountsUsersNotConnections) {
    PresenceRoster roster;
    EXPECT_TRUE(roster.add(first, {"u", "{}"}));
    EXPECT_FALSE(roster.add(second, {"u", "{}"}));
    EXPECT_EQ(roster.users(), 1U);
    EXPECT_FALSE(roster.remove(first).departed_user_id);
    EXPECT_EQ(roster.remove(second).departed_user_id, "u");
    EXPECT_EQ(roster.users(), 0U);
}

TEST(PresenceRoster, IgnoresUnknownSubscriptions) {
    PresenceRoster roster;
    roster.add(first, {"u", std::nullopt});
    EXPECT_FALSE(roster.remove(second).was_subscribed);
    EXPECT_TRUE(roster.remove(first).was_subscribed);
    EXPECT_FALSE(roster.remove(first).was_subscribed);
}

TEST(PresenceRoster, KeepsTheFirstInfoOfAUser) {
    PresenceRoster roster;
    roster.add(first, {"u", R"({"v":1})"});
    roster.add(second, {"u", R"({"v":2})"});
    EXPECT_EQ(presence_of(roster).at("hash"), (json{{"u", {{"v", 1}}}}));
    roster.remove(first);
    EXPECT_EQ(presence_of(roster).at("hash"), (json{{"u", {{"v", 1}}}}));
}

TEST(PresenceRoster, ListsIdsWithAnyCharactersAndNullWithoutInfo) {
    PresenceRoster roster;
    roster.add(first, {"__proto__ \"\\ \xF0\x9F\x94\x94", std::nullopt});
    const json presence = presence_of(roster);
    EXPECT_EQ(presence.at("count"), 1);
    EXPECT_EQ(presence.at("ids"), json::array({"__proto__ \"\\ \xF0\x9F\x94\x94"}));
    EXPECT_EQ(presence.at("hash"), (json{{"__proto__ \"\\ \xF0\x9F\x94\x94", nullptr}}));
}

TEST(PresenceRoster, EmptyHashIsAnObject) {
    EXPECT_EQ(presence_of(PresenceRoster()),
              (json{{"count", 0}, {"ids", json::array()}, {"hash", json::object()}}));
}

TEST(PresenceRoster, UpdatesItsListWhicheverMemberLeaves) {
    for (int gone = 0; gone < 4; ++gone) {
        PresenceRoster roster;
        for (std::uint64_t i = 0; i < 4; ++i) {
            roster.add({ShardId{0}, i},
                       {"user " + std::to_string(i), "[\"" + std::to_string(i) + "\"]"});
        }
        roster.remove({ShardId{0}, static_cast<std::uint64_t>(gone)});
        roster.add({ShardId{0}, 9}, {"late \"user\"", std::nullopt});
        json hash = {{"late \"user\"", nullptr}};
        for (int i = 0; i < 4; ++i) {
            if (i != gone) hash["user " + std::to_string(i)] = json::array({std::to_string(i)});
        }
        const json presence = presence_of(roster);
        EXPECT_EQ(presence.at("hash"), hash);
        EXPECT_EQ(presence.at("ids").size(), 4U);
        for (const json& id : presence.at("ids")) EXPECT_TRUE(hash.contains(id.get<std::string>()));
    }
}

}  // namespace
}  // namespace carillon
