#include "setting_names.hpp"

#include <charconv>

#include "read_json.hpp"

namespace carillon {

std::map<std::string, SettingKind> dotted_names() {
    std::map<std::string, SettingKind> names = {{"host", SettingKind::string},
                                                {"port", SettingKind::number}};
    for (const Section& section : configuration_schema()) {
        if (section.nested) continue;
        if (!section.name.empty()) names.emplace(section.name, SettingKind::json);
        if (section.repeated) continue;
        for (const Setting& setting : section.settings) {
            names.emplace(section.full_name(setting.name), setting.kind);
        }
    }
    return names;
}

std::optional<nlohmann::json> parse_value(SettingKind kind, const std::string& text,
                                          const std::string& name, const Source& source) {
    if (kind == SettingKind::json || kind == SettingKind::strings)
        return read_json(text, name, source);
    if (kind == SettingKind::boolean) {
        if (text == "true" || text == "1") return true;
        if (text == "false" || text == "0") return false;
    }
    if (kind == SettingKind::number) {
        std::int64_t number = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (error == std::errc{} && stop == end) return number;
    }
    return text;
}

}  // namespace carillon
