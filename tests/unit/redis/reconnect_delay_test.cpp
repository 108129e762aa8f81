#include "carillon/redis/reconnect_delay.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>

namespace carillon {
namespace {

using namespace std::chrono_literals;

TEST(ReconnectDelay, StartsWithinTwentyMillisecondsAndDoublesUpToASecond) {
    ReconnectDelay delay;
    for (const auto longest : {20ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms, 1000ms}) {
        ReconnectDelay same = delay;
        EXPECT_EQ(same.next(0), longest / 2);
        EXPECT_EQ(delay.next(static_cast<std::uint64_t>(longest.count() / 2)), longest);
    }
}

TEST(ReconnectDelay, LiesBetweenHalfOfTheLongestAndTheLongestForAnyRandomBits) {
    for (const std::uint64_t random : {UINT64_MAX, UINT64_MAX / 3, std::uint64_t{11}}) {
        ReconnectDelay delay;
        const auto first = delay.next(random);
        EXPECT_GE(first, 10ms);
        EXPECT_LE(first, 20ms);
    }
}

TEST(ReconnectDelay, BeginsAnewOnlyAfterConnectionsThatLasted) {
    ReconnectDelay delay;
    for (int i = 0; i < 5; ++i) static_cast<void>(delay.next(0));
    delay.lost_after(2999ms);
    EXPECT_EQ(delay.next(0), 500ms);
    delay.lost_after(3s);
    EXPECT_EQ(delay.next(0), 10ms);
}

}  // namespace
}  // namespace carillon
