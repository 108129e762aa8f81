#include "carillon/channels/rate_limit.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{10h};

TEST(RateLimit, AdmitsASecondsWorthAtOnceAndNoMore) {
    RateLimit limit;
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.admit(10, start)) << i;
    EXPECT_FALSE(limit.admit(10, start));
}

TEST(RateLimit, RefillsWithTimeUpToASecondsWorth) {
    RateLimit limit;
    for (int i = 0; i < 10; ++i) static_cast<void>(limit.admit(10, start));
    EXPECT_FALSE(limit.admit(10, start + 99ms));
    EXPECT_TRUE(limit.admit(10, start + 100ms));
    EXPECT_FALSE(limit.admit(10, start + 100ms));
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.admit(10, start + 1h)) << i;
    EXPECT_FALSE(limit.admit(10, start + 1h));
}

TEST(RateLimit, ZeroIsNoLimit) {
    RateLimit limit;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.admit(0, start));
}

}  // namespace
}  // namespace carillon
