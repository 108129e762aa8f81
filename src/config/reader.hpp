#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "describe.hpp"
#include "source.hpp"

namespace carillon {

/// Why `value` cannot be this setting, and what can.
[[nodiscard]] std::optional<std::string> refusal(const Setting& setting,
                                                 const nlohmann::json& value);

/// A problem for each key of `object` that is not in `known`.
void refuse_unknown(const nlohmann::json& object, const std::vector<std::string>& known,
                    const std::string& path, const Source& source);

[[nodiscard]] std::string join_path(const std::string& path, const std::string& key);

/// Lays the settings of `object` over `options`. `path` is where the object stands, "" for the top;
/// `others` are keys that the caller reads itself.
template <class Options>
void read_object(Options& options, const nlohmann::json& object, const std::string& path,
                 const Source& source, std::vector<std::string> others = {}) {
    if (!object.is_object()) return source.refuse(path, "not an object");
    std::vector<std::string> known = std::move(others);
    for_each_setting<Options>([&](const Setting& setting, auto member) {
        known.push_back(setting.name);
        const auto value = object.find(setting.name);
        if (value == object.end()) return;
        if (const auto why = refusal(setting, *value)) {
            source.refuse(join_path(path, setting.name), *why);
        } else {
            value->get_to(options.*member);
        }
    });
    refuse_unknown(object, known, path, source);
}

}  // namespace carillon
