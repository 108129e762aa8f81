#include "reader.hpp"

#include <algorithm>

#include "nearest.hpp"

namespace carillon {
namespace {

std::optional<std::string> number_problem(const Setting& setting, const nlohmann::json& value) {
    std::string must =
        fmt::format("must be a whole number from {} to {}, but is ", setting.min, setting.max);
    if (!value.is_number()) return must.append(type_of(value));
    // A number beyond INT64_MAX is unsigned; as a signed one it would be negative.
    const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
    const bool within = value.is_number_integer() && !huge &&
                        value.get<std::int64_t>() >= setting.min &&
                        value.get<std::int64_t>() <= setting.max;
    if (within) return std::nullopt;
    return must + value.dump();
}

bool is_choice(const Setting& setting, const nlohmann::json& value) {
    return setting.choices.empty() ||
           std::ranges::count(setting.choices, value.get_ref<const std::string&>()) != 0;
}

std::optional<std::string> string_problem(const Setting& setting, const nlohmann::json& value) {
    if (!value.is_string()) return fmt::format("must be a string, but is {}", type_of(value));
    if (is_choice(setting, value)) return std::nullopt;
    return fmt::format("must be one of {}, but is another string",
                       fmt::join(setting.choices, ", "));
}

std::optional<std::string> strings_problem(const Setting& setting, const nlohmann::json& value) {
    constexpr std::string_view must = "must be an array of strings, but ";
    if (!value.is_array()) return fmt::format("{}is {}", must, type_of(value));
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_string()) {
            return fmt::format("{}element {} is {}", must, i, type_of(value[i]));
        }
        if (is_choice(setting, value[i])) continue;
        return fmt::format("must contain only {}, but element {} is another string",
                           fmt::join(setting.choices, ", "), i);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_with(const Setting& setting, const nlohmann::json& value) {
    switch (setting.kind) {
        case SettingKind::number:
            return number_problem(setting, value);
        case SettingKind::boolean:
            if (value.is_boolean()) return std::nullopt;
            return fmt::format("must be true or false, but is {}", type_of(value));
        case SettingKind::string:
            return string_problem(setting, value);
        case SettingKind::strings:
            return strings_problem(setting, value);
        case SettingKind::object:
            if (value.is_object()) return std::nullopt;
            return fmt::format("must be an object, but is {}", type_of(value));
        case SettingKind::objects:
            if (value.is_array()) return std::nullopt;
            return fmt::format("must be an array of objects, but is {}", type_of(value));
    }
    return std::nullopt;
}

std::string_view type_of(const nlohmann::json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::null:
            return "null";
        case nlohmann::json::value_t::boolean:
            return "a boolean";
        case nlohmann::json::value_t::string:
            return "a string";
        case nlohmann::json::value_t::array:
            return "an array";
        case nlohmann::json::value_t::object:
            return "an object";
        default:
            return "a number";
    }
}

void report_unknown(const nlohmann::json& object, const std::vector<std::string>& known,
                    const std::string& path, const Source& source) {
    for (const auto& item : object.items()) {
        if (std::ranges::count(known, item.key()) != 0) continue;
        source.report(join_path(path, item.key()), "unknown key; " + suggestion(item.key(), known));
    }
}

std::string join_path(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + '.' + key;
}

}  // namespace carillon
