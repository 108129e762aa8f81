#pragma once

#include <atomic>

#include "cores.hpp"

namespace carillon {

/// How each part of the floor is measured.
struct FloorSetting {
    CorePair cores;
    double seconds = 1;  ///< a stretch, of which there are three
    const std::atomic<bool>& interrupted;
};

}  // namespace carillon
