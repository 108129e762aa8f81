#pragma once

#include <vector>

#include "floor_setting.hpp"
#include "stretch.hpp"

namespace carillon {

constexpr std::uint16_t floor_http_connections = 32;

/// Answers requests the size of a trigger with a fixed answer, and looks for nothing but where a
/// request ends. `floor_http_connections` clients have one request each in flight; without
/// `keep_alive` each request has a connection of its own. An operation is a request.
[[nodiscard]] std::vector<Stretch> measure_http(const FloorSetting& setting, bool keep_alive);

}  // namespace carillon
