#pragma once

#include <chrono>
#include <functional>

namespace carillon {

/// Only `runtime` reads the clock; everywhere else time is an argument.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Returns the present time, for objects that need it outside of calls that pass it.
using Now = std::function<TimePoint()>;

}  // namespace carillon
