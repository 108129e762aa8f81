#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>

#include "carillon/base/time.hpp"

namespace carillon {

/// Unpredictable numbers.
using Random = std::function<std::uint64_t()>;

/// The wait after `failures` failures in a row: 1, 2, 4, 8 … seconds, at most `delay_max`, jittered
/// to 50–100 %, so that deliveries that failed together are not retried together. Source:
/// wire.md 6.4.
[[nodiscard]] inline Duration retry_delay(unsigned failures, std::chrono::seconds delay_max,
                                          std::uint64_t random) noexcept {
    constexpr unsigned doublings_max = 16;
    const unsigned doublings = failures == 0 ? 0 : std::min(failures - 1, doublings_max);
    const Duration whole = std::min(std::chrono::seconds(1U << doublings), delay_max);
    return whole / 2 + whole / 2 * static_cast<Duration::rep>(random % 1024) / 1023;
}

}  // namespace carillon
