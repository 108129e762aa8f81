#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "carillon/config/schema.hpp"
#include "reader.hpp"

namespace carillon {

/// Every dotted name that has a variable and a flag: the settings, whole sections and arrays,
/// `host` and `port`.
[[nodiscard]] std::map<std::string, SettingKind> dotted_names();

/// The value of a variable or flag, as a file would have it. Text that does not fit the kind stays
/// a string, which is reported where the setting is read. Nothing, and a problem, if it is not
/// valid JSON but has to be.
[[nodiscard]] std::optional<nlohmann::json> parse_value(SettingKind kind, const std::string& text,
                                                        const std::string& name,
                                                        const Source& source);

}  // namespace carillon
