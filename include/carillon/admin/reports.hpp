#pragma once

#include <string>

#include "carillon/admin/node_source.hpp"

namespace carillon {

/// All metrics in Prometheus' text format, summed up over the shards. `docs/metrics.md` lists them.
[[nodiscard]] std::string prometheus_text(const ProcessInfo& process_info,
                                          const NodeSnapshot& snapshot);

/// The response of `/status`: JSON with the counters and gauges, for people and scripts.
[[nodiscard]] std::string status_json(const ProcessInfo& process_info,
                                      const NodeSnapshot& snapshot);

}  // namespace carillon
