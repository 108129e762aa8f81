#pragma once

#include <cstddef>
#include <vector>

#include "baseline_setting.hpp"
#include "window.hpp"

namespace carillon::bench {

/// 10,000, or what the limit of open files allows; fewer for windows below a second.
[[nodiscard]] std::size_t baseline_connections(double seconds);

/// Accepts connections, keeps 64 bytes for each and watches it for bytes that never come. Each
/// window is as long as it takes and a process of its own; an operation is a connection, and the
/// growth of resident memory is that of all of them.
[[nodiscard]] std::vector<Window> measure_accept(const BaselineSetting& setting,
                                                 std::size_t connections);

}  // namespace carillon::bench
