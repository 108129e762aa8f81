#pragma once

#include <iosfwd>

#include "baseline_report.hpp"
#include "baseline_setting.hpp"

namespace carillon::bench {

/// Measures what this machine needs for what every server of this kind has to do: to send, to
/// accept, to answer HTTP. This process is the peer, and stays on its core. Says on `progress` what
/// it is doing. Throws std::exception for what cannot be measured, and when interrupted.
[[nodiscard]] BaselineReport run_baseline(const BaselineSetting& setting, std::ostream& progress);

}  // namespace carillon::bench
