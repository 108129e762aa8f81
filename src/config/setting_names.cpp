#include "setting_names.hpp"

#include "carillon/base/parse_integer.hpp"
#include "read_json.hpp"

namespace carillon {

std::map<std::string, SettingKind> dotted_names() {
    std::map<std::string, SettingKind> names = {{"host", SettingKind::string},
                                                {"port", SettingKind::number}};
    for (const Section& section : configuration_schema()) {
        if (section.nested) continue;
        if (!section.name.empty()) {
            names.emplace(section.name,
                          section.repeated ? SettingKind::objects : SettingKind::object);
        }
        if (section.repeated) continue;
        for (const Setting& setting : section.settings) {
            names.emplace(section.full_name(setting.name), setting.kind);
        }
    }
    return names;
}

std::optional<nlohmann::json> parse_value(SettingKind kind, const std::string& text,
                                          const std::string& name, const Source& source) {
    switch (kind) {
        case SettingKind::boolean:
            if (text == "true" || text == "1") return true;
            if (text == "false" || text == "0") return false;
            return text;
        case SettingKind::number:
            if (const auto number = parse_integer<std::int64_t>(text)) return *number;
            return text;
        case SettingKind::string:
            return text;
        case SettingKind::strings:
        case SettingKind::object:
        case SettingKind::objects:
            return read_json(text, name, source);
    }
    return text;
}

}  // namespace carillon
