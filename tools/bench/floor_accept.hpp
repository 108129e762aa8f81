#pragma once

#include <cstddef>
#include <vector>

#include "floor_setting.hpp"
#include "stretch.hpp"

namespace carillon {

/// 10,000, or what the limit of open files allows; fewer for stretches below a second.
[[nodiscard]] std::size_t floor_connections(double seconds);

/// Accepts connections, keeps 64 bytes for each and watches it for bytes that never come. Each
/// stretch is as long as it takes and a process of its own; an operation is a connection, and the
/// growth of resident memory is that of all of them.
[[nodiscard]] std::vector<Stretch> measure_accept(const FloorSetting& setting,
                                                  std::size_t connections);

}  // namespace carillon
