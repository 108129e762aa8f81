#pragma once

#include <cstdint>

namespace carillon {

/// Seconds since 1970, by the system's clock, which may be set back and forth: only for what is
/// compared with other machines' clocks.
[[nodiscard]] std::int64_t unix_seconds() noexcept;

}  // namespace carillon
