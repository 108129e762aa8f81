#pragma once

#include <cstdint>
#include <string_view>

#include "carillon/net/http_client.hpp"
#include "endpoint_queue.hpp"

namespace carillon {

/// As metrics and logs call what became of a request: "2xx" … "5xx", "timeout", "unreachable",
/// "tls", "broken".
[[nodiscard]] std::string_view outcome_name(const HttpOutcome& outcome) noexcept;

/// What it means for the events of the request. `unix_seconds`: the present, for a Retry-After that
/// names a moment. Source: wire.md 6.4; RFC 9110, 10.2.3.
[[nodiscard]] Attempt attempt_of(const HttpOutcome& outcome, std::int64_t unix_seconds);

}  // namespace carillon
