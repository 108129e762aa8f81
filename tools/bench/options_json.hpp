#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench_options.hpp"

namespace carillon::bench {

/// All but what is secret or says nothing of the load.
[[nodiscard]] nlohmann::ordered_json to_json(const BenchOptions& options);

}  // namespace carillon::bench
