#pragma once

namespace carillon {

/// Cores that this process may use: its CPU affinity, and the CPU quota of its container (cgroup v2
/// or v1) rounded up. At least 1.
[[nodiscard]] unsigned usable_cores();

}  // namespace carillon
