#include "reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nearest.hpp"

namespace carillon {
namespace {

std::optional<std::string> number_refusal(const Setting& setting, const nlohmann::json& value) {
    const auto allowed = fmt::format("allowed are {} to {}", setting.min, setting.max);
    if (!value.is_number_integer()) return "not a whole number, " + allowed;
    const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
    const auto number = value.get<std::int64_t>();
    if (!huge && number >= setting.min && number <= setting.max) return std::nullopt;
    return fmt::format("{} is out of range, {}", value.dump(), allowed);
}

std::optional<std::string> string_refusal(const Setting& setting, const nlohmann::json& value) {
    if (!value.is_string()) return "not text";
    const auto& choices = setting.choices;
    if (choices.empty() || std::ranges::count(choices, value.get_ref<const std::string&>()) != 0) {
        return std::nullopt;
    }
    return fmt::format("not one of {}", fmt::join(choices, ", "));
}

bool is_string(const nlohmann::json& value) {
    return value.is_string();
}

}  // namespace

std::optional<std::string> refusal(const Setting& setting, const nlohmann::json& value) {
    switch (setting.kind) {
        case SettingKind::number:
            return number_refusal(setting, value);
        case SettingKind::boolean:
            if (!value.is_boolean()) return "neither true nor false";
            return std::nullopt;
        case SettingKind::string:
            return string_refusal(setting, value);
        case SettingKind::strings:
            if (value.is_array() && std::ranges::all_of(value, is_string)) return std::nullopt;
            return "not an array of texts";
        case SettingKind::json:
            return std::nullopt;
    }
    return std::nullopt;
}

void refuse_unknown(const nlohmann::json& object, const std::vector<std::string>& known,
                    const std::string& path, const Source& source) {
    for (const auto& item : object.items()) {
        if (std::ranges::count(known, item.key()) != 0) continue;
        source.refuse(join_path(path, item.key()), "unknown key" + suggestion(item.key(), known));
    }
}

std::string join_path(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + '.' + key;
}

}  // namespace carillon
