#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "source.hpp"

namespace carillon {

/// Reads JSON with // and /* */ comments. If it is invalid or an object has a duplicate key:
/// nothing, and problems of `key` in `source`, which quote keys but never values.
[[nodiscard]] std::optional<nlohmann::json> read_json(std::string_view text, std::string_view key,
                                                      const Source& source);

}  // namespace carillon
