#include "carillon/protocol/presence_data.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

Errc presence_refusal(std::string_view text, const Limits& limits = {}) {
    const auto data = PresenceData::parse(text, limits);
    EXPECT_FALSE(data) << text;
    return data ? Errc{} : data.error().code;
}

TEST(PresenceData, KeepsUserInfoAsItCame) {
    const auto data = PresenceData::parse(
        R"( {"user_info": {"name":"Zo\u00eb", "n":1.50},"x":[1],"user_id":"u\u00311\""} )", {});
    ASSERT_TRUE(data);
    EXPECT_EQ(data->user_id, "u11\"");
    EXPECT_EQ(data->user_info, R"({"name":"Zo\u00eb", "n":1.50})");
}

TEST(PresenceData, TakesANumberForAnId) {
    EXPECT_EQ(PresenceData::parse(R"({"user_id":7})", {})->user_id, "7");
    EXPECT_EQ(PresenceData::parse(R"({"user_id":90071992547409931})", {})->user_id,
              "90071992547409931");
    EXPECT_EQ(PresenceData::parse(R"({"user_id":-1.50e3})", {})->user_id, "-1.50e3");
}

TEST(PresenceData, TakesAnyInfoAndTreatsNullAsNone) {
    EXPECT_EQ(PresenceData::parse(R"({"user_id":"u"})", {})->user_info, std::nullopt);
    EXPECT_EQ(PresenceData::parse(R"({"user_id":"u","user_info":null})", {})->user_info,
              std::nullopt);
    EXPECT_EQ(PresenceData::parse(R"({"user_id":"u","user_info":"x"})", {})->user_info, "\"x\"");
    EXPECT_EQ(PresenceData::parse(R"({"user_id":"__proto__","user_info":[]})", {})->user_info,
              "[]");
}

TEST(PresenceData, TakesTheLastOfEqualNames) {
    EXPECT_EQ(PresenceData::parse(R"({"user_id":"a","user_id":"b"})", {})->user_id, "b");
}

TEST(PresenceData, RefusesDataWithoutAUserId) {
    for (const std::string_view text :
         {"", "5", "\"u\"", "[]", "null", "{", R"({"user_id":"u"}x)", R"({"user_id":"u","x":tru})",
          R"({"user_id":"\q"})", "{}", R"({"user_id":""})", R"({"user_id":null})",
          R"({"user_id":true})", R"({"user_id":{}})", R"({"id":"u"})"}) {
        EXPECT_EQ(presence_refusal(text), Errc::bad_channel_data) << text;
    }
}

TEST(PresenceData, CountsCharactersOfTheId) {
    const auto text = [](std::size_t n) {
        std::string id;
        while (n-- > 0) id += "é";
        return R"({"user_id":")" + id + "\"}";
    };
    EXPECT_TRUE(PresenceData::parse(text(128), {}));
    EXPECT_EQ(presence_refusal(text(129)), Errc::bad_channel_data);
}

TEST(PresenceData, CountsSourceBytesOfTheInfo) {
    const auto text = [](std::size_t n) {
        return R"({"user_id":"u","user_info":")" + std::string(n - 2, 'x') + "\"}";
    };
    EXPECT_TRUE(PresenceData::parse(text(1024), {}));
    EXPECT_EQ(presence_refusal(text(1025)), Errc::user_info_too_large);
}

}  // namespace
}  // namespace carillon
