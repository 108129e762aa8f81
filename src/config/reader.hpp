#pragma once

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "describe.hpp"
#include "source.hpp"

namespace carillon {

/// Why `value` cannot be this setting: what is allowed, and what was found. Never repeats a string,
/// which may be a secret.
[[nodiscard]] std::optional<std::string> problem_with(const Setting& setting,
                                                      const nlohmann::json& value);

/// "a string", "an array" and so on.
[[nodiscard]] std::string_view type_of(const nlohmann::json& value);

/// A problem for each key of `object` that is not in `known`.
void report_unknown(const nlohmann::json& object, const std::vector<std::string>& known,
                    const std::string& path, const Source& source);

[[nodiscard]] std::string join_path(const std::string& path, const std::string& key);

/// `read_value` is overloaded for every type of setting. `value` has the kind, bounds and choices
/// of the setting; what else is wrong with it becomes a problem of `path` in `source`.
template <PlainSetting Value>
void read_value(Value& into, const nlohmann::json& value, const std::string&, const Source&) {
    value.get_to(into);
}
template <class Rep, class Period>
void read_value(std::chrono::duration<Rep, Period>& into, const nlohmann::json& value,
                const std::string&, const Source&) {
    into = std::chrono::duration<Rep, Period>(value.get<Rep>());
}

/// Reads those settings of `Options` that `object` has. Returns the names of all.
template <class Options>
std::vector<std::string> read_settings(Options& options, const nlohmann::json& object,
                                       const std::string& path, const Source& source) {
    std::vector<std::string> names;
    for_each_setting<Options>([&](const Setting& setting, auto member) {
        names.push_back(setting.name);
        const auto value = object.find(setting.name);
        if (value == object.end()) return;
        const std::string value_path = join_path(path, setting.name);
        if (const auto problem = problem_with(setting, *value)) {
            source.report(value_path, *problem);
        } else {
            read_value(options.*member, *value, value_path, source);
        }
    });
    return names;
}

/// Merges `object` into `options`. `path` is where the object is, "" for the top level; `others`
/// are keys that the caller reads itself.
template <class Options>
void read_object(Options& options, const nlohmann::json& object, const std::string& path,
                 const Source& source, const std::vector<std::string>& others = {}) {
    if (!object.is_object()) {
        return source.report(path, fmt::format("must be an object, but is {}", type_of(object)));
    }
    auto known = read_settings(options, object, path, source);
    known.insert(known.end(), others.begin(), others.end());
    report_unknown(object, known, path, source);
}

}  // namespace carillon
