#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace carillon {

/// The TOML of configuration files: tables, arrays of tables, dotted and quoted keys, strings on
/// one line, numbers, booleans, and arrays of these. Returns an object, or the number of the first
/// line that is anything else (inline tables, dates, strings of several lines). Source: toml.io,
/// v1.0.0.
[[nodiscard]] std::variant<nlohmann::json, std::size_t> read_toml(std::string_view text);

}  // namespace carillon
