#pragma once

#include <chrono>
#include <cstdint>

namespace carillon::bench {

/// Monotonic time, as the markers carry it.
[[nodiscard]] inline std::int64_t now_ns() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

[[nodiscard]] constexpr std::int64_t seconds_to_ns(double seconds) noexcept {
    return static_cast<std::int64_t>(seconds * 1e9);
}

[[nodiscard]] constexpr double ns_to_seconds(std::int64_t ns) noexcept {
    return static_cast<double>(ns) / 1e9;
}

}  // namespace carillon::bench
