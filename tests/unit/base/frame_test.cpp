#include "carillon/base/frame.hpp"

#include <gtest/gtest.h>

#include "carillon/base/hash.hpp"
#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

TEST(Frame, SharesItsBytes) {
    const Frame frame = Frame::copy_of("hello");
    const Frame other = frame;
    EXPECT_EQ(other.bytes(), "hello");
    EXPECT_EQ(other.bytes().data(), frame.bytes().data());
}

TEST(Frame, OutlivesTheOneItWasCopiedFrom) {
    Frame kept;
    {
        const Frame frame = Frame::copy_of("hello");
        kept = frame;
    }
    EXPECT_EQ(kept.bytes(), "hello");
}

TEST(Frame, MayBeEmpty) {
    EXPECT_FALSE(Frame());
    EXPECT_EQ(Frame().bytes(), "");
    EXPECT_TRUE(Frame::copy_of(""));
    EXPECT_EQ(Frame::copy_of("").size(), 0U);
}

TEST(Fnv1a, HasTheValuesOfItsDefinition) {
    EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325U);
    EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8U);
}

TEST(PercentDecode, DecodesPairsAndKeepsStrays) {
    EXPECT_EQ(percent_decode("a%20b%C3%BC+"), "a b\xC3\xBC+");
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%4g%41"), "%zz%4gA");
}

}  // namespace
}  // namespace carillon
