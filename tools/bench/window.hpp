#pragma once

#include <cstdint>
#include <vector>

#include "clock.hpp"
#include "process_usage.hpp"

namespace carillon::bench {

/// What this process did and used in one measured window of time.
struct Window {
    double seconds = 0;
    std::int64_t cpu_ns = 0;
    std::uint64_t operations = 0;
    std::int64_t resident_bytes = 0;  ///< growth, where that is measured
};

constexpr int window_count = 3;

/// Does `step` once, and again for so long. It returns how many operations that was.
template <class Step>
Window measure_window(double seconds, Step&& step) {
    Window window;
    const std::int64_t begin = now_ns();
    const std::int64_t cpu_begin = own_cpu_ns();
    const std::int64_t end = begin + seconds_to_ns(seconds);
    std::int64_t now = begin;
    do {
        window.operations += step();
        now = now_ns();
    } while (now < end);
    window.cpu_ns = own_cpu_ns() - cpu_begin;
    window.seconds = ns_to_seconds(now - begin);
    return window;
}

/// After a short one to warm up, which does not count.
template <class Step>
std::vector<Window> measure_windows(double seconds, Step&& step) {
    static_cast<void>(measure_window(seconds / 5, step));
    std::vector<Window> windows;
    windows.reserve(window_count);
    for (int i = 0; i < window_count; ++i) windows.push_back(measure_window(seconds, step));
    return windows;
}

}  // namespace carillon::bench
