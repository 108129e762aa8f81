#pragma once

#include <vector>

#include "carillon/admin/node_source.hpp"

namespace carillon {

/// The metrics of all shards as those of one, each summed up as its declaration says.
[[nodiscard]] ShardSnapshot sum(const std::vector<ShardSnapshot>& shards);

}  // namespace carillon
