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

/// What the text of a variable or flag says, as the file would say it. A text that does not fit the
/// kind stays text, and is refused where the setting is read.
[[nodiscard]] std::optional<nlohmann::json> parse_value(SettingKind kind, const std::string& text,
                                                        const std::string& name,
                                                        const Source& source);

}  // namespace carillon
