#pragma once

#include <chrono>
#include <cstdint>

namespace carillon {

// How often repeated facts are announced: on a single node by the home, in a cluster by scripts,
// which get these numbers from `script_text`. Source: wire.md 2.8.

/// Up to so many subscriptions, each change of a count is announced at once; beyond it, at most one
/// per interval.
inline constexpr std::uint32_t counts_at_once_max = 100;
inline constexpr std::chrono::seconds count_interval{5};

/// At most one `cache_miss` webhook per channel within this.
inline constexpr std::chrono::seconds cache_miss_interval{1};

}  // namespace carillon
