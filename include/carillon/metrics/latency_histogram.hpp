#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "carillon/base/time.hpp"

namespace carillon {

/// Counts durations in fixed buckets, at the cost of a search in 15 bounds and two additions each.
/// For one thread; copies are summed up at a scrape.
class LatencyHistogram {
public:
    /// Upper bounds, in seconds, inclusive; one more bucket counts what is longer.
    static constexpr std::array<double, 15> bounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                   0.0025,  0.005,  0.01,    0.025,  0.05,
                                                   0.1,     0.25,   0.5,     1,      5};

    void add(Duration duration) noexcept {
        const double seconds = std::chrono::duration<double>(duration).count();
        const auto bucket = std::ranges::lower_bound(bounds, seconds) - bounds.begin();
        ++counts_[static_cast<std::size_t>(bucket)];
        sum_ += seconds;
    }

    LatencyHistogram& operator+=(const LatencyHistogram& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        sum_ += other.sum_;
        return *this;
    }

    [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept {
        return counts_;
    }
    [[nodiscard]] double sum() const noexcept { return sum_; }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double sum_ = 0;
};

}  // namespace carillon
