#include "carillon/protocol/json_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "json_agreement.hpp"

namespace carillon {
namespace {

using Type = JsonText::Type;

std::string decoded(std::string_view text) {
    const auto value = scan_whole_json(text);
    EXPECT_TRUE(value) << text;
    return value ? decode_json_string(*value) : "";
}

std::string as_event_data(std::string_view text) {
    const auto value = scan_whole_json(text);
    EXPECT_TRUE(value) << text;
    std::string out;
    if (value) append_event_data(out, *value);
    return out;
}

std::string to_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(ScanJson, KnowsEveryType) {
    EXPECT_EQ(scan_json("\"a\"")->type, Type::string);
    EXPECT_EQ(scan_json("-1.5e+3")->type, Type::number);
    EXPECT_EQ(scan_json("{}")->type, Type::object);
    EXPECT_EQ(scan_json("[]")->type, Type::array);
    EXPECT_EQ(scan_json("true")->type, Type::boolean);
    EXPECT_EQ(scan_json("false")->type, Type::boolean);
    EXPECT_EQ(scan_json("null")->type, Type::null);
}

TEST(ScanJson, TakesTheFirstValueOnly) {
    EXPECT_EQ(scan_json("  {\"a\":[1, 2]} ,\"x\"")->text, "{\"a\":[1, 2]}");
    EXPECT_EQ(scan_json("\n\t\r 12,")->text, "12");
    EXPECT_EQ(scan_json("\"a\"b")->text, "\"a\"");
    EXPECT_FALSE(scan_whole_json("\"a\"b"));
    EXPECT_EQ(scan_whole_json(" [ ] \n")->text, "[ ]");
}

TEST(ScanJson, RefusesWhatIsNoJson) {
    for (const std::string_view text : {"",          " ",
                                        "tru",       "True",
                                        "nul",       "+1",
                                        "-",         ".5",
                                        "1.",        "1e",
                                        "1e+",       "-a",
                                        "\"",        "\"a",
                                        "\"\\",      "\"\\q\"",
                                        "\"\\u12\"", "\"\\u12g4\"",
                                        "\"a\nb\"",  "\"\x01\"",
                                        "[",         "[1",
                                        "[1,",       "[1,]",
                                        "[,1]",      "[1 2]",
                                        "{",         "{\"a\"",
                                        "{\"a\":",   "{\"a\":1",
                                        "{\"a\":1,", "{\"a\":1,}",
                                        "{a:1}",     "{1:1}",
                                        "{\"a\" 1}", "{\"a\":1 \"b\":2}",
                                        "[}",        "{]",
                                        "[{]}",      "]",
                                        "}",         ",",
                                        "'a'",       "NaN",
                                        "\v1",       "\xEF\xBB\xBF{}"}) {
        EXPECT_FALSE(scan_whole_json(text)) << text;
    }
    EXPECT_FALSE(scan_whole_json("01"));
    EXPECT_FALSE(scan_whole_json("truex"));
    EXPECT_FALSE(scan_whole_json(std::string_view{"\"\0\"", 3}));
    EXPECT_FALSE(scan_whole_json(std::string_view{"{}\0", 3}));
}

TEST(ScanJson, ReadsNothingPastTheEnd) {
    const std::string text = R"({"a":[1,-2.5e3,"\ud83d\ude00",true,null,{"b":"12345678"}]})";
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::vector<char> exact(text.begin(),
                                      text.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(scan_json({exact.data(), exact.size()})) << size;
    }
}

TEST(ScanJson, BoundsNesting) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(scan_whole_json(nested(json_depth_max)));
    EXPECT_FALSE(scan_whole_json(nested(json_depth_max + 1)));
    EXPECT_FALSE(scan_json(std::string(1'000'000, '[')));
    EXPECT_FALSE(scan_json(nested(json_depth_max - 1).insert(json_depth_max - 1, "{\"a\":{}}}")));
    std::string wide = "[";
    for (std::size_t i = 0; i < 2 * json_depth_max; ++i) wide += "[],";
    EXPECT_TRUE(scan_whole_json(wide + "{}]")) << "closed containers do not count";
}

TEST(ScanJson, CountsDecodedBytes) {
    EXPECT_EQ(scan_json(R"("")")->decoded_bytes, 0U);
    EXPECT_EQ(scan_json(R"("\"\\\/\b\f\n\r\t")")->decoded_bytes, 8U);
    EXPECT_EQ(scan_json(R"("\u0041\u00e9\u20ac\ud83d\ude00")")->decoded_bytes, 1U + 2 + 3 + 4);
    EXPECT_EQ(scan_json("\"é€😀\"")->decoded_bytes, 2U + 3 + 4);
    EXPECT_EQ(scan_json(R"({"a":"\n"})")->decoded_bytes, 10U) << "source text, if not a string";
    const auto lone = scan_json(R"("\ud83dx\ude00\ud83d\ud83d\ude00")");
    EXPECT_EQ(lone->decoded_bytes, 3U + 1 + 3 + 3 + 4);
    EXPECT_TRUE(lone->lone_surrogate);
    EXPECT_FALSE(scan_json(R"("\ud83d\ude00")")->lone_surrogate);
}

TEST(ScanJson, FindsTheSpecialByteAtEveryOffset) {
    for (std::size_t offset = 0; offset < 40; ++offset) {
        const std::string clean(offset, '\x7f');
        EXPECT_EQ(scan_json("\"" + clean + "\"zzzzzzzzzz")->decoded_bytes, offset);
        EXPECT_EQ(scan_json("\"" + clean + "\\n\"")->decoded_bytes, offset + 1);
        for (const char bad : {'\0', '\n', '\x1f'}) {
            EXPECT_FALSE(scan_json("\"" + clean + bad + "12345678\"")) << offset;
        }
        for (const std::string_view good : {" ", "!", "#", "[", "]", "\xC2\xA0"}) {
            EXPECT_TRUE(scan_json("\"" + clean + std::string{good} + "12345678\"")) << offset;
        }
    }
}

TEST(ScanJson, AgreesWithNlohmannOnMutations) {
    const std::vector<std::string> seeds{
        R"({"event":"client-x","channel":"private-c","data":{"a":[1,2.5,-3e-7],"b":null}})",
        R"(["\ud83d\ude00","\ud83d","\\u0041","é€😀","\"quoted\"",true,false,null])",
        R"({"a":{"b":{"c":[[[[]]],{},{"":""}]}},"d":0,"e":-0.0,"f":1E+2})",
        R"(  "plain \/ \b\f\n\r\t text that is longer than eight bytes"  )"};
    const std::string_view alphabet = "{}[]:,\"\\/bfnrtu0123456789abcdefDE+-. \n\t\x01xé";
    std::mt19937 random{20231114};
    const auto below = [&random](std::size_t n) { return random() % n; };
    std::size_t accepted = 0;
    for (int round = 0; round < 8000; ++round) {
        std::string text = seeds[below(seeds.size())];
        for (std::size_t edits = below(4); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = below(text.size());
            switch (below(4)) {
                case 0:
                    text.erase(at, 1 + below(3));
                    break;
                case 1:
                    text.insert(at, 1, alphabet[below(alphabet.size())]);
                    break;
                case 2:
                    text[at] = alphabet[below(alphabet.size())];
                    break;
                default:
                    text.insert(at, text.substr(below(text.size()), below(12)));
            }
        }
        accepted += scan_whole_json(text).has_value();
        ASSERT_TRUE(agrees_with_nlohmann(text)) << text;
    }
    EXPECT_GT(accepted, 1000U);
    EXPECT_LT(accepted, 7000U);
}

TEST(DecodeJsonString, DecodesWhatNlohmannDecodes) {
    for (const std::string_view text :
         {R"("")", R"("plain")", R"("\"\\\/\b\f\n\r\t")", R"("a\u0000b")",
          R"("\u0041\u00e9\u20ac")", R"("\uD83D\uDE00 and \ud83d\ude00")", "\"é€😀\u2028\"",
          R"("\u007f\u0080\u07ff\u0800\uffff")", R"("\ud800\udc00\udbff\udfff")"}) {
        EXPECT_EQ(decoded(text), nlohmann::json::parse(text).get<std::string>()) << text;
        EXPECT_EQ(decoded(text).size(), scan_json(text)->decoded_bytes) << text;
    }
}

TEST(DecodeJsonString, ReplacesLoneSurrogates) {
    EXPECT_EQ(decoded(R"("a\ud83db")"), "a\uFFFDb");
    EXPECT_EQ(decoded(R"("\ude00\ud83d")"), "\uFFFD\uFFFD");
    EXPECT_EQ(decoded(R"("\ud83d\ud83d\ude00")"), "\uFFFD😀");
    EXPECT_EQ(decoded(R"("\ud83d\u0041")"), "\uFFFDA");
    EXPECT_EQ(decoded(R"("\ud83d\ue000\ud83d\udbff")"), "\uFFFD\uE000\uFFFD\uFFFD");
    EXPECT_EQ(decoded(R"("\ude00\ude00\udc00\udc00")"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(AppendJsonString, EscapesOnlyWhatItMust) {
    EXPECT_EQ(to_json(""), "\"\"");
    EXPECT_EQ(to_json("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(to_json("\n\r\t\b\x1f"), R"("\n\r\t\u0008\u001f")");
    EXPECT_EQ(to_json(std::string_view{"a\0b", 3}), R"("a\u0000b")");
    EXPECT_EQ(to_json("é😀\u2028\x7f"), "\"é😀\u2028\x7f\"");
}

TEST(AppendJsonString, IsUndoneByDecoding) {
    std::string every;
    for (int c = 0; c < 128; ++c) every += static_cast<char>(c);
    EXPECT_EQ(decoded(to_json(every)), every);
    EXPECT_EQ(nlohmann::json::parse(to_json(every)).get<std::string>(), every);
}

TEST(AppendEventData, KeepsAStringByteForByte) {
    for (const std::string_view text : {R"("")", R"("{\"id\":1}")", R"("\u00e9\/\u0041é")"}) {
        EXPECT_EQ(as_event_data(text), text);
    }
}

TEST(AppendEventData, MakesAnyOtherValueAString) {
    EXPECT_EQ(as_event_data("5"), "\"5\"");
    EXPECT_EQ(as_event_data("null"), "\"null\"");
    EXPECT_EQ(as_event_data(R"({"on": true})"), R"("{\"on\": true}")");
    EXPECT_EQ(as_event_data("[1,\n2]"), R"("[1,\n2]")");
    EXPECT_EQ(as_event_data("9007199254740993"), "\"9007199254740993\"");
    EXPECT_EQ(as_event_data(R"({"a":"\ud83d"})"), R"("{\"a\":\"\\ud83d\"}")");
}

TEST(AppendEventData, WritesALoneSurrogateAsReplacement) {
    EXPECT_EQ(as_event_data(R"("a\ud83d\n\ude00\ud83d\ude00")"),
              R"("a\ufffd\n\ufffd\ud83d\ude00")");
}

TEST(AppendEventData, DecodesToTheCountedBytes) {
    for (const std::string_view text :
         {R"("a\n\u20ac\ud83d")", R"({"on":true,"s":"\"é"})", "12.50", "null"}) {
        EXPECT_EQ(nlohmann::json::parse(as_event_data(text)).get<std::string>().size(),
                  event_data_bytes(*scan_json(text)))
            << text;
    }
}

}  // namespace
}  // namespace carillon
