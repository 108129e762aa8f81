#pragma once

#include <iosfwd>

#include "floor_report.hpp"
#include "floor_setting.hpp"

namespace carillon {

/// Measures what this machine needs for what every server of this kind has to do: to send, to
/// accept, to answer HTTP. This process is the peer, and stays on its core. Says on `progress` what
/// it is doing. Throws std::exception for what cannot be measured, and when interrupted.
[[nodiscard]] FloorReport run_floor(const FloorSetting& setting, std::ostream& progress);

}  // namespace carillon
