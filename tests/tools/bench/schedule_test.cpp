#include "schedule.hpp"

#include <gtest/gtest.h>

namespace carillon::bench::test {
namespace {

constexpr std::int64_t start = 1'000'000;
constexpr std::int64_t second = 1'000'000'000;

TEST(Schedule, OwesEventsAtAFixedRateHoweverLateTheyAreTaken) {
    Schedule schedule({.rate = 1000, .seconds = 2}, start);
    EXPECT_EQ(schedule.due(start - 1), 0U);
    EXPECT_EQ(schedule.due(start), 1U);
    EXPECT_EQ(schedule.due(start + 999'999), 1U);
    EXPECT_EQ(schedule.due(start + 1'000'000), 2U);
    EXPECT_EQ(schedule.due(start + second), 1001U);
    EXPECT_EQ(schedule.take(start + second), start);
    EXPECT_EQ(schedule.take(start + second), start + 1'000'000);
    EXPECT_EQ(schedule.when_due(1), start + 2'000'000);
    EXPECT_EQ(schedule.when_due(10), start + 11'000'000);
    EXPECT_EQ(schedule.due(start + 10 * second), 1998U);
    EXPECT_EQ(schedule.unsent(start + 10 * second), 1998U);
    EXPECT_EQ(schedule.unsent(start + second), 999U);
}

TEST(Schedule, LetsAFixedRateFinishLate) {
    Schedule schedule({.rate = 10, .seconds = 1}, start);
    EXPECT_FALSE(schedule.over(start + second));
    EXPECT_TRUE(schedule.over(start + 6 * second));
    for (int event = 0; event < 10; ++event) schedule.take(start + second);
    EXPECT_TRUE(schedule.over(start + second));
    EXPECT_EQ(schedule.unsent(start + second), 0U);
}

TEST(Schedule, NeverOwesMoreThanIsDueByRounding) {
    for (const double rate : {3.0, 7.7, 333.3, 12'345.6, 1e6}) {
        Schedule schedule({.rate = rate, .seconds = 0, .events = 1000}, start);
        while (schedule.remaining() > 0) {
            const std::int64_t when = *schedule.when_due(1);
            ASSERT_EQ(schedule.due(when - 1), 0U) << rate;
            ASSERT_GE(schedule.due(when), 1U) << rate;
            ASSERT_EQ(schedule.take(when), when);
        }
    }
}

TEST(Schedule, IsAlwaysReadyWithoutARate) {
    Schedule timed({.rate = 0, .seconds = 1}, start);
    EXPECT_GT(timed.due(start), 1'000'000U);
    EXPECT_EQ(timed.take(start + 5), start + 5);
    EXPECT_EQ(timed.due(start + second), 0U);
    EXPECT_TRUE(timed.over(start + second));
    EXPECT_EQ(timed.when_due(1), std::nullopt);
    EXPECT_EQ(timed.unsent(start), 0U);

    Schedule counted({.rate = 0, .seconds = 0, .events = 2}, start);
    counted.take(start);
    EXPECT_EQ(counted.due(start + 1000 * second), 1U);
    EXPECT_FALSE(counted.over(start + 1000 * second));
    counted.take(start);
    EXPECT_TRUE(counted.over(start));
}

}  // namespace
}  // namespace carillon::bench::test
