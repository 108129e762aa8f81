#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>

#include "carillon/base/time.hpp"

namespace carillon {

/// A number that nobody can guess.
using Random = std::function<std::uint64_t()>;

/// How long to wait after the `failures`th failure in a row: 1, 2, 4, 8, … seconds, `most` at most,
/// of which a random half to all, so that many who failed together do not return together. Source:
/// wire.md 6.4.
[[nodiscard]] inline Duration retry_delay(unsigned failures, std::chrono::seconds most,
                                          std::uint64_t random) noexcept {
    constexpr unsigned doublings_max = 16;
    const unsigned doublings = failures == 0 ? 0 : std::min(failures - 1, doublings_max);
    const Duration whole = std::min(std::chrono::seconds(1U << doublings), most);
    return whole / 2 + whole / 2 * static_cast<Duration::rep>(random % 1024) / 1023;
}

}  // namespace carillon
