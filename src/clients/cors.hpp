#pragma once

#include <vector>

#include "carillon/net/http.hpp"

namespace carillon {

/// The fields of every fallback response that let a page of another origin read it, and that forbid
/// caching it. Source: wire.md 7.7.
[[nodiscard]] std::vector<HttpField> cors_fields(const HttpRequest& request);

/// The response to a preflight request (OPTIONS).
[[nodiscard]] HttpResponse preflight_answer(const HttpRequest& request);

}  // namespace carillon
