#pragma once

#include <atomic>

#include "cores.hpp"

namespace carillon::bench {

/// How each part of the baseline is measured.
struct BaselineSetting {
    CorePair cores;
    double seconds = 1;  ///< per window, of which there are three
    const std::atomic<bool>& interrupted;
    std::vector<std::string_view> only = {};  ///< figures to measure; empty: all
};

}  // namespace carillon::bench
