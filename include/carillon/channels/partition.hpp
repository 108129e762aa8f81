#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {

inline constexpr std::size_t partition_count = 256;

/// The partition of an app's channel, the same on every node. Source: docs/architecture.md.
[[nodiscard]] constexpr std::uint8_t partition_of(std::string_view app_id,
                                                  std::string_view channel) noexcept {
    const std::uint64_t hash = fnv1a(channel, fnv1a("/", fnv1a(app_id)));
    return static_cast<std::uint8_t>(hash ^ (hash >> 32U) ^ (hash >> 56U));
}

/// The shard that owns the channel's state, of `shards` on this node.
[[nodiscard]] constexpr ShardId home_of(std::string_view app_id, std::string_view channel,
                                        std::uint16_t shards) noexcept {
    return static_cast<ShardId>(partition_of(app_id, channel) % shards);
}

/// The shard that owns a user's state: the home of the channel `#server-to-user-ID`.
[[nodiscard]] inline ShardId home_of_user(std::string_view app_id, std::string_view user_id,
                                          std::uint16_t shards) {
    return home_of(app_id, std::string(user_channel_prefix).append(user_id), shards);
}

}  // namespace carillon
