#include "carillon/auth/query.hpp"

#include <gtest/gtest.h>

#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

TEST(PercentDecode, LeavesStrayPercentsAndPluses) {
    EXPECT_EQ(percent_decode(""), "");
    EXPECT_EQ(percent_decode("a%20b%2Cc%2c"), "a b,c,");
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%4g%zz%%41"), "%4g%zz%A");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode("%00%ff"), std::string("\0\xff", 2));
    EXPECT_EQ(percent_decode("%2541"), "%41");
    EXPECT_EQ(percent_decode("%-1%+1%0x"), "%-1%+1%0x");
}

TEST(Query, SplitsAtTheFirstEqualsSign) {
    const auto query = Query::parse("a=b=c&d&=e&f=&%61=x%26y");
    ASSERT_TRUE(query);
    ASSERT_EQ(query->parameters().size(), 5U);
    EXPECT_EQ(query->find("a"), "b=c");
    EXPECT_EQ(query->find("d"), "");
    EXPECT_EQ(query->find(""), "e");
    EXPECT_EQ(query->find("f"), "");
    EXPECT_EQ(query->find("g"), std::nullopt);
    EXPECT_EQ(query->all("a"), (std::vector<std::string_view>{"b=c", "x&y"}));
    EXPECT_EQ(query->parameters()[4].raw_value, "x%26y");
}

TEST(Query, SkipsEmptyPieces) {
    EXPECT_EQ(Query::parse("")->parameters().size(), 0U);
    EXPECT_EQ(Query::parse("&&a=1&&")->parameters().size(), 1U);
}

TEST(Query, HasABound) {
    std::string text;
    for (std::size_t i = 0; i < Query::parameters_max; ++i) text += "a&";
    EXPECT_EQ(Query::parse(text)->all("a").size(), Query::parameters_max);
    const auto longer = Query::parse(text + "a");
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().code, Errc::bad_request);
}

}  // namespace
}  // namespace carillon
