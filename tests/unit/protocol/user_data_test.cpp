#include "carillon/protocol/user_data.hpp"

#include <gmock/gmock.h>

namespace carillon {
namespace {

using ::testing::ElementsAre;

Errc user_refusal(std::string_view text, const Limits& limits = {}) {
    const auto user = UserData::parse(text, limits);
    EXPECT_FALSE(user) << text;
    return user ? Errc{} : user.error().code;
}

TEST(UserData, HasIdInfoAndWatchlist) {
    const auto user = UserData::parse(
        R"({"watchlist":["b","a","b"],"user_info":{"n":1.50},"id":"u_-=@,.;1","x":null})", {});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->id, "u_-=@,.;1");
    EXPECT_EQ(user->user_info, R"({"n":1.50})");
    EXPECT_THAT(user->watchlist, ElementsAre("a", "b"));
    EXPECT_FALSE(user->watchlist_was_cut);
}

TEST(UserData, NullIsAbsent) {
    const auto user = UserData::parse(R"({"id":"u","user_info":null,"watchlist":null})", {});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->user_info, std::nullopt);
    EXPECT_TRUE(user->watchlist.empty());
}

TEST(UserData, RefusesWhatNamesNoUser) {
    for (const std::string_view text :
         {"", "5", "[]", "{", "{}", R"({"id":null})", R"({"id":7})", R"({"id":""})",
          R"({"id":"a b"})", R"({"id":"#a"})", R"({"id":"\u00eb"})", R"({"user_id":"u"})"}) {
        EXPECT_EQ(user_refusal(text), Errc::bad_user_data) << text;
    }
    EXPECT_TRUE(UserData::parse(R"({"id":")" + std::string(128, 'u') + "\"}", {}));
    EXPECT_EQ(user_refusal(R"({"id":")" + std::string(129, 'u') + "\"}"), Errc::bad_user_data);
}

TEST(UserData, NamesTheTypeOfAnIdThatIsNoString) {
    for (const auto& [id, type] : {std::pair{"7", "is a number"},
                                   {"{}", "is an object"},
                                   {"[\"u\"]", "is an array"},
                                   {"true", "is a boolean"}}) {
        const auto user = UserData::parse(std::string(R"({"id":)") + id + "}", {});
        ASSERT_FALSE(user) << id;
        EXPECT_THAT(user.error().what, ::testing::HasSubstr("a string, but "));
        EXPECT_THAT(user.error().what, ::testing::EndsWith(type));
    }
}

TEST(UserData, LimitsTheInfo) {
    const auto text = [](std::size_t bytes) {
        return R"({"id":"u","user_info":")" + std::string(bytes - 2, 'x') + "\"}";
    };
    EXPECT_TRUE(UserData::parse(text(1024), {}));
    EXPECT_EQ(user_refusal(text(1025)), Errc::user_info_too_large);
}

TEST(UserData, CutsTheWatchlist) {
    Limits limits;
    limits.max_watched_users = 2;
    const auto user = UserData::parse(R"({"id":"u","watchlist":["z","y","x"]})", limits);
    ASSERT_TRUE(user);
    EXPECT_THAT(user->watchlist, ElementsAre("y", "z"));
    EXPECT_TRUE(user->watchlist_was_cut);
    EXPECT_FALSE(UserData::parse(R"({"id":"u","watchlist":["z","y"]})", limits)->watchlist_was_cut);
}

TEST(UserData, RefusesAWatchlistThatIsNone) {
    for (const std::string_view watchlist : {"5", "{}", "\"u\"", "[1]", "[\"u\",null]", "[[]]"}) {
        EXPECT_EQ(user_refusal(R"({"id":"u","watchlist":)" + std::string(watchlist) + "}"),
                  Errc::bad_user_data)
            << watchlist;
    }
    EXPECT_EQ(user_refusal(R"({"id":"u","watchlist":[")" + std::string(129, 'u') + "\"]}"),
              Errc::bad_user_data);
}

}  // namespace
}  // namespace carillon
