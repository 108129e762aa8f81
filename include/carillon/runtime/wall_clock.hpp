#pragma once

#include <cstdint>
#include <string_view>

namespace carillon {

/// Seconds since 1970 by the system's clock, which may jump in both directions: only for values
/// that are compared with other machines' clocks. Any thread.
[[nodiscard]] std::int64_t unix_seconds() noexcept;

/// The present time in the format of HTTP's `Date` field. Formatted once per second and thread; the
/// text is valid until the thread's next call. Any thread. Source: RFC 9110, 5.6.7.
[[nodiscard]] std::string_view http_date() noexcept;

}  // namespace carillon
