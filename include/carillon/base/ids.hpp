#pragma once

#include <cstdint>
#include <string>

#include "carillon/base/strong.hpp"

namespace carillon {

using AppId = Strong<struct AppIdTag, std::string>;

/// An app's index within this process: consecutive, assigned once per app id and kept over reloads,
/// so that it can index arrays on every shard. Never leaves the process.
enum class AppIndex : std::uint32_t {};

/// Index of a shard: 0 … shards − 1.
enum class ShardId : std::uint16_t {};

}  // namespace carillon
