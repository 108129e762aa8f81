#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"

namespace carillon {

inline constexpr std::size_t partition_count = 256;

/// Every channel of an app belongs to one of the partitions, the same on every node. Source:
/// docs/architecture.md.
[[nodiscard]] constexpr std::uint8_t partition_of(std::string_view app_id,
                                                  std::string_view channel) noexcept {
    const std::uint64_t hash = fnv1a(channel, fnv1a("/", fnv1a(app_id)));
    return static_cast<std::uint8_t>(hash ^ (hash >> 32U) ^ (hash >> 56U));
}

/// The shard that owns the channel's state.
[[nodiscard]] constexpr ShardId home_of(std::string_view app_id, std::string_view channel,
                                        std::uint16_t shards) noexcept {
    return static_cast<ShardId>(partition_of(app_id, channel) % shards);
}

}  // namespace carillon
