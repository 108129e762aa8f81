#pragma once

#include <cstdint>
#include <string_view>

namespace carillon {

/// Seconds since 1970, by the system's clock, which may be set back and forth: only for what is
/// compared with other machines' clocks.
[[nodiscard]] std::int64_t unix_seconds() noexcept;

/// The present time as HTTP's `Date` has it (RFC 9110, 5.6.7). Formatted once a second and thread;
/// the text holds until the thread's next call.
[[nodiscard]] std::string_view http_date() noexcept;

}  // namespace carillon
