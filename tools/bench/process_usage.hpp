#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace carillon::bench {

/// What processes have used so far, added up. Those that do not exist count nothing.
struct ProcessUsage {
    std::int64_t cpu_ns = 0;     ///< exact
    std::int64_t user_ns = 0;    ///< in clock ticks, so coarse
    std::int64_t system_ns = 0;  ///< in clock ticks, so coarse
    std::int64_t resident_bytes = 0;
};

[[nodiscard]] ProcessUsage usage_of(const std::vector<pid_t>& processes);
[[nodiscard]] std::int64_t own_cpu_ns();

/// What all cores of the machine have been busy for, with whatever: processes, the kernel's own
/// threads, interrupts. In clock ticks, so coarse. Source: proc(5), /proc/stat.
[[nodiscard]] std::int64_t machine_cpu_ns();

}  // namespace carillon::bench
