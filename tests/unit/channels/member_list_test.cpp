#include "carillon/channels/member_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Listed = std::vector<std::pair<std::string, std::string>>;

/// Ids, and infos as JSON text, in the order of the list.
Listed listed(const MemberList& list) {
    Listed members;
    list.for_each([&](const std::string& id, std::string_view escaped_info) {
        const json info = json::parse('"' + std::string(escaped_info) + '"', nullptr, false);
        members.emplace_back(id, info.is_string() ? info.get<std::string>() : "?");
    });
    return members;
}

TEST(MemberList, VisitsNoneOfAnEmptyList) {
    EXPECT_THAT(listed(MemberList()), IsEmpty());
}

TEST(MemberList, VisitsMembersInOrderOfArrival) {
    MemberList list;
    list.add("b", R"({"v":1})");
    list.add("a", std::nullopt);
    list.add("c", "\"text\"");
    list.add("b", R"({"v":2})");
    EXPECT_THAT(listed(list),
                ElementsAre(Pair("b", R"({"v":1})"), Pair("a", "null"), Pair("c", "\"text\"")));
}

TEST(MemberList, VisitsTheOthersAfterOneHasLeft) {
    for (const std::string gone : {"a", "bb", "ccc"}) {
        MemberList list;
        Listed expected;
        for (const std::string id : {"a", "bb", "ccc"}) {
            const std::string info = "{\"of\":\"" + id + "\"}";
            list.add(id, info);
            if (id != gone) expected.emplace_back(id, info);
        }
        EXPECT_TRUE(list.remove(gone));
        EXPECT_FALSE(list.remove(gone));
        EXPECT_EQ(listed(list), expected);
        list.clear();
        EXPECT_THAT(listed(list), IsEmpty());
    }
}

TEST(MemberList, GivesBackIdsAndInfosOfAnyCharacters) {
    using namespace std::string_literals;
    const std::vector<std::string> texts = {"",
                                            "plain",
                                            "\"",
                                            "\\",
                                            "\\\"\\\\",
                                            "a,b:c",
                                            "a\0b"s,
                                            "\n\t\r\x1F\x7F",
                                            "</script>",
                                            "Gl\xC3\xB6"
                                            "ckchen",
                                            "\xF0\x9F\x94\x94",
                                            "\xE2\x80\xA8",
                                            "null",
                                            "{}"};
    MemberList list;
    Listed expected;
    for (const std::string& text : texts) {
        const std::string info = json{{"key \" \\", text}}.dump();
        list.add(text, info);
        expected.emplace_back(text, info);
    }
    EXPECT_EQ(listed(list), expected);
    for (std::size_t i = 0; i < texts.size(); i += 2) list.remove(texts[i]);
    Listed odd;
    for (std::size_t i = 1; i < expected.size(); i += 2) odd.push_back(expected[i]);
    EXPECT_EQ(listed(list), odd);
    // And what joiners get says the same.
    const json message = json::parse(list.succeeded("presence-c"));
    const json presence = json::parse(message.at("data").get<std::string>()).at("presence");
    EXPECT_EQ(presence.at("count"), odd.size());
    for (const auto& [id, info] : odd) EXPECT_EQ(presence.at("hash").at(id), json::parse(info));
}

}  // namespace
}  // namespace carillon
