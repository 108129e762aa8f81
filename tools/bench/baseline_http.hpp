#pragma once

#include <vector>

#include "baseline_setting.hpp"
#include "window.hpp"

namespace carillon::bench {

constexpr std::uint16_t baseline_http_connections = 32;

/// Answers requests the size of a trigger with a fixed answer, and looks for nothing but where a
/// request ends. `baseline_http_connections` clients have one request each in flight; without
/// `keep_alive` each request has a connection of its own. An operation is a request.
[[nodiscard]] std::vector<Window> measure_http(const BaselineSetting& setting, bool keep_alive);

}  // namespace carillon::bench
