#include "carillon/protocol/fallback_frames.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

TEST(FallbackFrames, HaveTheExactBytesOfTheReference) {
    EXPECT_EQ(fallback_message(R"({"event":"pusher:connection_established",)"
                               R"("data":"{\"socket_id\":\"1.2\",\"activity_timeout\":120}"})"),
              R"(a["{\"event\":\"pusher:connection_established\",)"
              R"(\"data\":\"{\\\"socket_id\\\":\\\"1.2\\\",\\\"activity_timeout\\\":120}\"}"])"
              "\n");
    EXPECT_EQ(fallback_close(4001, "no \"x\""), "c[4001,\"no \\\"x\\\"\"]\n");
    EXPECT_EQ(fallback_prelude().size(), 2049U);
    EXPECT_EQ(fallback_chunk("h\n"), "2\r\nh\n\r\n");
    EXPECT_EQ(fallback_chunk(std::string(300, 'x')), "12c\r\n" + std::string(300, 'x') + "\r\n");
}

TEST(FallbackFrames, AreAsciiWhateverTheMessage) {
    const std::string text = "é\u20ac\U0001F514\x7f\u2028\n\x01\"\\ end";
    const std::string line = fallback_message(text);
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return static_cast<signed char>(c) > 0; }));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_NE(line.find("\\ud83d\\udd14"), std::string::npos);
    EXPECT_EQ(json::parse(line.substr(1)), json::array({text}));
}

TEST(FallbackMessage, StaysWithinATextThatIsCutInACharacter) {
    for (const std::string_view whole : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x94"}) {
        for (std::size_t size = 1; size < whole.size(); ++size) {
            const std::string line = fallback_message(std::string(whole.substr(0, size)));
            EXPECT_LE(line.size(), std::string("a[\"\\ud83d\\ude00\"]\n").size());
        }
    }
}

TEST(FallbackSend, IsAnArrayOfStrings) {
    const auto messages = parse_fallback_send(R"( ["{\"a\":1}", "\u00e9"] )");
    ASSERT_TRUE(messages);
    EXPECT_THAT(*messages, ElementsAre(R"({"a":1})", "é"));
    EXPECT_TRUE(parse_fallback_send("[]")->empty());
    for (const std::string_view body :
         {"", "x", "{}", "\"x\"", "[1]", "[\"a\"", "[\"a\"]x", "[null]", "[\"\xff\"]"}) {
        EXPECT_FALSE(parse_fallback_send(body)) << body;
    }
}

}  // namespace
}  // namespace carillon
