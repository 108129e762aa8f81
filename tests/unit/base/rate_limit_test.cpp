#include "carillon/base/rate_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

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

TEST(RateLimit, ChargesWhatIsBeyondTheBucketAsAWait) {
    RateLimit limit;
    EXPECT_EQ(limit.charge(15, 10, 2s, start), 0s);
    EXPECT_EQ(limit.charge(5, 10, 2s, start), 0s);
    EXPECT_EQ(limit.charge(1, 10, 2s, start), 100ms);
    EXPECT_EQ(limit.charge(2, 10, 2s, start), 300ms);
    EXPECT_EQ(limit.charge(1, 10, 2s, start + 1s), 0s);
    EXPECT_EQ(limit.charge(20, 10, 2s, start + 1h), 0s);
    EXPECT_EQ(limit.charge(1000, 0, 2s, start + 1h), 0s);
}

TEST(SharedRateLimit, ChargesTheSameAsOneThread) {
    SharedRateLimit limit;
    EXPECT_EQ(limit.charge(20, 10, 2s, start), 0s);
    EXPECT_EQ(limit.charge(1, 10, 2s, start), 100ms);
}

TEST(SharedRateLimit, AdmitsTheSameAsOneThread) {
    SharedRateLimit limit;
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.admit(10, start)) << i;
    EXPECT_FALSE(limit.admit(10, start));
    EXPECT_FALSE(limit.admit(10, start + 99ms));
    EXPECT_TRUE(limit.admit(10, start + 100ms));
    EXPECT_TRUE(limit.admit(0, start));
}

TEST(SharedRateLimit, GivesEachTokenToOneThread) {
    SharedRateLimit limit;
    std::atomic<int> admitted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 1000; ++k) admitted += limit.admit(1000, start) ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(admitted, 1000);
}

}  // namespace
}  // namespace carillon
