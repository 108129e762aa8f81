#pragma once

#include <cstdint>
#include <vector>

#include "clock.hpp"
#include "process_usage.hpp"

namespace carillon {

/// What this process did and used in one measured stretch of time.
struct Stretch {
    double seconds = 0;
    std::int64_t cpu_ns = 0;
    std::uint64_t operations = 0;
    std::int64_t resident_bytes = 0;  ///< growth, where that is measured
};

constexpr int stretch_count = 3;

/// Does `step` once, and again for so long. It returns how many operations that was.
template <class Step>
Stretch measure_stretch(double seconds, Step&& step) {
    Stretch stretch;
    const std::int64_t begin = now_ns();
    const std::int64_t cpu_begin = own_cpu_ns();
    const std::int64_t end = begin + seconds_to_ns(seconds);
    std::int64_t now = begin;
    do {
        stretch.operations += step();
        now = now_ns();
    } while (now < end);
    stretch.cpu_ns = own_cpu_ns() - cpu_begin;
    stretch.seconds = ns_to_seconds(now - begin);
    return stretch;
}

/// After a short one to warm up, which does not count.
template <class Step>
std::vector<Stretch> measure_stretches(double seconds, Step&& step) {
    static_cast<void>(measure_stretch(seconds / 5, step));
    std::vector<Stretch> stretches;
    stretches.reserve(stretch_count);
    for (int i = 0; i < stretch_count; ++i) stretches.push_back(measure_stretch(seconds, step));
    return stretches;
}

}  // namespace carillon
