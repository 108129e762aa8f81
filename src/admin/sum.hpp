#pragma once

#include <vector>

#include "carillon/admin/node_source.hpp"

namespace carillon {

/// The whole node: counts added up, the longest lag.
[[nodiscard]] ShardSnapshot sum(const std::vector<ShardSnapshot>& shards);

}  // namespace carillon
