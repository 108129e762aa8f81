#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace carillon {

// How often repeated facts are announced: on a single node by the home, in a cluster by scripts,
// which get these numbers from `script_text`; the two dampings by each edge. Source: wire.md 2.6,
// 2.8.

/// Up to so many subscriptions, each change of a count is announced at once; beyond it, at most one
/// per interval.
inline constexpr std::uint32_t counts_at_once_max = 100;
inline constexpr std::chrono::seconds count_interval{5};

/// At most one count of a channel per interval, with few subscriptions, too; the last one always.
inline constexpr std::chrono::milliseconds count_damping{100};
/// At most one `member_added` and one `member_removed` of the same member per interval.
inline constexpr std::chrono::seconds member_damping{1};
/// Announcements of members per shard that are remembered for it; beyond it nothing is held back.
inline constexpr std::size_t damped_members_max = 16384;

/// At most one `cache_miss` webhook per channel within this.
inline constexpr std::chrono::seconds cache_miss_interval{1};

}  // namespace carillon
