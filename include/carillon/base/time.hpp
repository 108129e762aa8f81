#pragma once

#include <chrono>

namespace carillon {

/// Time is an argument everywhere but in `runtime`, which alone reads the clock.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

}  // namespace carillon
