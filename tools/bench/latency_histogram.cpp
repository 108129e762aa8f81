#include "latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace carillon::bench {
namespace {

constexpr unsigned linear_bits = 7;  // 128 buckets for each doubling.
constexpr unsigned value_bits = 44;  // Almost five hours.
constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;

constexpr unsigned shift_of(std::uint64_t value) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    return width > linear_bits + 1 ? width - linear_bits - 1 : 0;
}

constexpr std::size_t index_of(std::uint64_t value) noexcept {
    const unsigned shift = shift_of(value);
    return (std::size_t{shift} << linear_bits) + (value >> shift);
}

constexpr std::uint64_t middle_of(std::size_t index) noexcept {
    const std::size_t row = index >> linear_bits;
    if (row < 2) return index;
    const std::size_t shift = row - 1;
    const std::uint64_t low = (index - (shift << linear_bits)) << shift;
    return low + (std::uint64_t{1} << shift) / 2;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : buckets_(index_of(value_max) + 1) {}

void LatencyHistogram::record(std::int64_t ns) noexcept {
    const auto value =
        std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)), value_max);
    ++buckets_[index_of(value)];
    ++count_;
    max_ = std::max(max_, ns);
}

std::int64_t LatencyHistogram::percentile(double percent) const noexcept {
    const double wanted = std::ceil(percent / 100 * static_cast<double>(count_));
    std::uint64_t rank =
        std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_ | 1);
    for (std::size_t index = 0; index < buckets_.size(); ++index) {
        if (buckets_[index] >= rank) {
            return std::min(static_cast<std::int64_t>(middle_of(index)), max_);
        }
        rank -= buckets_[index];
    }
    return max_;
}

}  // namespace carillon::bench
