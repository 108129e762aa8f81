#include <fmt/format.h>

#include "carillon/config/schema.hpp"

namespace carillon {
namespace {

std::string allowed(const Setting& setting) {
    const auto choices = fmt::format("{}", fmt::join(setting.choices, ", "));
    switch (setting.kind) {
        case SettingKind::number:
            return fmt::format("{} to {}", setting.min, setting.max);
        case SettingKind::boolean:
            return "true, false";
        case SettingKind::string:
            return choices.empty() ? "string" : choices;
        case SettingKind::strings:
            return choices.empty() ? "array of strings" : "array of " + choices;
        case SettingKind::object:
            return "object";
        case SettingKind::objects:
            return "array of objects";
    }
    return {};
}

std::string row(const Section& section, const Setting& setting) {
    const std::string full = section.full_name(setting.name);
    const std::string variable =
        section.repeated || section.nested ? "" : fmt::format(" `{}` |", environment_name(full));
    return fmt::format("| `{}` |{} `{}` | {} | {} |\n", setting.name, variable,
                       setting.default_value, allowed(setting), setting.description);
}

std::string table(const Section& section) {
    std::string text = section.name.empty() ? "### Outside of the sections\n\n"
                                            : fmt::format("### `{}`\n\n", section.name);
    if (!section.description.empty()) text += section.description + "\n";
    if (section.repeated) {
        text += fmt::format("As a whole: `{}`, `{}`.\n", environment_name(section.name),
                            flag_name(section.name));
    }
    if (!section.description.empty()) text += "\n";
    text += section.repeated || section.nested
                ? "| Setting | Default | Allowed | Description |\n| --- | --- | --- | --- |\n"
                : "| Setting | Environment | Default | Allowed | Description |\n"
                  "| --- | --- | --- | --- | --- |\n";
    for (const Setting& setting : section.settings) text += row(section, setting);
    return text;
}

}  // namespace

std::string settings_markdown() {
    std::string text;
    for (const Section& section : configuration_schema()) {
        if (!text.empty()) text += '\n';
        text += table(section);
    }
    return text;
}

}  // namespace carillon
