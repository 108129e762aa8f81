#pragma once

#include <vector>

#include "carillon/net/http.hpp"

namespace carillon {

/// What browsers have to be told, whatever the answer, to let a page of another origin read it; and
/// not to keep it. Source: wire.md 7.7.
[[nodiscard]] std::vector<HttpField> cors_fields(const HttpRequest& request);

/// The answer to a preflight request.
[[nodiscard]] HttpResponse preflight_answer(const HttpRequest& request);

}  // namespace carillon
