#pragma once

#include <chrono>
#include <functional>

namespace carillon {

/// Time is handed in everywhere but in `runtime`, which alone reads the clock.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Tells the time to what is not called with it.
using Now = std::function<TimePoint()>;

}  // namespace carillon
