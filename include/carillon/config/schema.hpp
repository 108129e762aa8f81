#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

enum class SettingKind : std::uint8_t {
    number,
    boolean,
    string,
    strings,  ///< an array of strings
    object,
    objects,  ///< an array of objects
};

/// What is known about one setting. Made from the `describe` functions of the options, never by
/// hand.
struct Setting {
    std::string name{};  ///< without the section
    SettingKind kind = SettingKind::string;
    std::int64_t min = 0;  ///< of a number, inclusive
    std::int64_t max = 0;
    std::vector<std::string> choices{};  ///< of a string, or of each of several; empty: any
    std::string default_value{};         ///< as JSON
    std::string description{};
};

/// A group of settings: an object of the file.
struct Section {
    std::string name;  ///< "" for the settings outside of all sections
    std::string description;
    std::vector<Setting> settings;
    bool repeated = false;  ///< an array of such objects; then only the whole has flag and variable
    bool nested = false;    ///< within such an array: no flag, no variable

    /// "limits.max_connections" for "max_connections".
    [[nodiscard]] std::string full_name(std::string_view setting) const;
};

/// Every section in the order of the documentation.
[[nodiscard]] std::vector<Section> configuration_schema();

/// CARILLON_LIMITS_MAX_CONNECTIONS for "limits.max_connections".
[[nodiscard]] std::string environment_name(std::string_view name);

/// --limits.max-connections for "limits.max_connections".
[[nodiscard]] std::string flag_name(std::string_view name);

/// The tables of docs/configuration.md, in Markdown.
[[nodiscard]] std::string settings_markdown();

}  // namespace carillon
