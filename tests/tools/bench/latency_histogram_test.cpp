#include "latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace carillon::bench::test {
namespace {

void expect_percentiles_of(std::vector<std::int64_t> values) {
    LatencyHistogram histogram;
    for (const std::int64_t value : values) histogram.record(value);
    std::ranges::sort(values);
    for (const double percent : {0.1, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
        const std::int64_t exact = values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
        const double off = std::abs(static_cast<double>(histogram.percentile(percent) - exact));
        EXPECT_LE(off, 0.01 * static_cast<double>(exact)) << percent << " % is " << exact;
    }
    EXPECT_EQ(histogram.count(), values.size());
    EXPECT_EQ(histogram.max(), values.back());
}

TEST(LatencyHistogram, IsWithinAPercentOfExact) {
    std::mt19937_64 random(1);
    std::vector<std::int64_t> uniform(100'000), logarithmic(100'000), small(1000);
    std::uniform_int_distribution<std::int64_t> to_ten_ms(0, 10'000'000);
    std::uniform_real_distribution<double> exponent(0, 40);
    std::uniform_int_distribution<std::int64_t> to_300(0, 300);
    for (auto& value : uniform) value = to_ten_ms(random);
    for (auto& value : logarithmic) value = static_cast<std::int64_t>(std::exp2(exponent(random)));
    for (auto& value : small) value = to_300(random);
    expect_percentiles_of(uniform);
    expect_percentiles_of(logarithmic);
    expect_percentiles_of(small);
}

TEST(LatencyHistogram, KeepsEachValueNearItsBucket) {
    for (std::int64_t value = 1; value < std::int64_t{1} << 43; value = value * 9 / 8 + 1) {
        expect_percentiles_of({value});
    }
}

TEST(LatencyHistogram, HoldsWhatIsOutOfRange) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.percentile(50), 0);
    histogram.record(-5);
    EXPECT_EQ(histogram.percentile(50), 0);
    histogram.record(std::int64_t{1} << 62);
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.max(), std::int64_t{1} << 62);
}

}  // namespace
}  // namespace carillon::bench::test
