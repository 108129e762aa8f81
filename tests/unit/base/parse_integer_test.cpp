#include "carillon/base/parse_integer.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace carillon {
namespace {

TEST(ParseInteger, AcceptsTheWholeRangeOfItsTypeAndNoMore) {
    EXPECT_EQ(parse_integer<std::uint8_t>("255"), 255);
    EXPECT_EQ(parse_integer<std::uint8_t>("256"), std::nullopt);
    EXPECT_EQ(parse_integer<std::int64_t>("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(parse_integer<std::int64_t>("9223372036854775808"), std::nullopt);
    EXPECT_EQ(parse_integer<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_integer<std::uint32_t>("007"), 7U);
}

TEST(ParseInteger, RefusesWhateverIsNotAnInteger) {
    for (const char* const text : {"", " 1", "1 ", "+1", "-", "1.0", "1e3", "0x1", "one"}) {
        EXPECT_EQ(parse_integer<std::int32_t>(text), std::nullopt) << '"' << text << '"';
    }
    EXPECT_EQ(parse_integer<std::uint32_t>("-1"), std::nullopt);
}

TEST(ParseInteger, ReadsOtherBases) {
    EXPECT_EQ(parse_integer<unsigned char>("fF", 16), 255);
    EXPECT_EQ(parse_integer<unsigned char>("fg", 16), std::nullopt);
}

TEST(ConsumeInteger, LeavesWhatFollows) {
    std::string_view text = "12:rest";
    EXPECT_EQ(consume_integer<std::uint32_t>(text), 12U);
    EXPECT_EQ(text, ":rest");
    EXPECT_EQ(consume_integer<std::uint32_t>(text), std::nullopt);
    EXPECT_EQ(text, ":rest");
    text = "300 ";
    EXPECT_EQ(consume_integer<std::uint8_t>(text), std::nullopt);
    EXPECT_EQ(text, "300 ");
}

}  // namespace
}  // namespace carillon
