#pragma once

#include <cstdint>
#include <string_view>

#include "carillon/net/http_client.hpp"
#include "endpoint_queue.hpp"

namespace carillon {

/// The outcome of a request as metrics and logs call it: "2xx" … "5xx", "timeout", "unreachable",
/// "tls", "broken" (not a complete HTTP response).
[[nodiscard]] std::string_view outcome_name(const HttpOutcome& outcome) noexcept;

/// What the outcome means for the events of the request. `unix_seconds`: the current time, for a
/// Retry-After that is a date. Source: wire.md 6.4; RFC 9110, 10.2.3.
[[nodiscard]] Attempt attempt_of(const HttpOutcome& outcome, std::int64_t unix_seconds);

}  // namespace carillon
