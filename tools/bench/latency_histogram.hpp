#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace carillon::bench {

/// Counts durations in buckets that are never wider than 1/128 of their value, from 1 ns to hours.
class LatencyHistogram {
public:
    LatencyHistogram();

    void record(std::int64_t ns) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t max() const noexcept { return max_; }

    /// The value that `percent` of the recorded ones do not exceed, within half a bucket. 0 if
    /// there are none.
    [[nodiscard]] std::int64_t percentile(double percent) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
};

}  // namespace carillon::bench
