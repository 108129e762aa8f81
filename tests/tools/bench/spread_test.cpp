#include "spread.hpp"

#include <gtest/gtest.h>

namespace carillon::bench::test {
namespace {

void expect_spread(Spread spread, double median, double lowest, double highest) {
    EXPECT_DOUBLE_EQ(spread.median, median);
    EXPECT_DOUBLE_EQ(spread.lowest, lowest);
    EXPECT_DOUBLE_EQ(spread.highest, highest);
}

TEST(Spread, IsTheMiddleAndTheEnds) {
    expect_spread(spread_of({3, 1, 2}), 2, 1, 3);
    expect_spread(spread_of({9, 1, 1, 1, 2}), 1, 1, 9);
    expect_spread(spread_of({7}), 7, 7, 7);
}

TEST(Spread, OfAnEvenNumberHasAMeanInTheMiddle) {
    expect_spread(spread_of({4, 1}), 2.5, 1, 4);
    expect_spread(spread_of({8, 1, 2, 4}), 3, 1, 8);
}

TEST(Spread, OfNothingIsZero) {
    expect_spread(spread_of({}), 0, 0, 0);
}

}  // namespace
}  // namespace carillon::bench::test
