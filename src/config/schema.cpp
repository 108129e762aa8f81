#include "carillon/config/schema.hpp"

#include <algorithm>
#include <utility>

#include "app_settings.hpp"
#include "carillon/config/configuration.hpp"
#include "describe.hpp"
#include "webhook_settings.hpp"

namespace carillon {
namespace {

template <class Options>
Section section_of(std::string name, std::string description) {
    Section section{std::move(name), std::move(description), {}};
    for_each_setting<Options>(
        [&](const Setting& setting, auto) { section.settings.push_back(setting); });
    return section;
}

Section listen_section() {
    Section section = section_of<ListenOptions>(
        "listen",
        "Where clients and SDKs connect: an array of objects. Without it the server listens "
        "on port 6001 of `0.0.0.0` and of `::`.");
    section.repeated = true;
    return section;
}

Section apps_section() {
    Section section = section_of<AppSettings>("apps", "The apps: an array of objects.");
    section.settings.push_back({.name = "keys",
                                .kind = SettingKind::json,
                                .default_value = "[]",
                                .description =
                                    "Instead of `key` and `secret`, several of them, oldest first: "
                                    "`[{\"key\": …, \"secret\": …}]`. All are accepted."});
    section.settings.push_back(
        {.name = "limits",
         .kind = SettingKind::json,
         .default_value = "{}",
         .description = "Any of the settings of `limits`, for this app only."});
    section.settings.push_back(
        {.name = "webhooks",
         .kind = SettingKind::json,
         .default_value = "[]",
         .description = "Who is told what happens: an array of objects, as below."});
    section.repeated = true;
    return section;
}

Section webhooks_section() {
    Section section = section_of<WebhookSettings>(
        "apps[].webhooks", "The webhook endpoints of an app: an array of objects.");
    section.settings.push_back(
        {.name = "channels",
         .kind = SettingKind::json,
         .default_value = "{}",
         .description =
             "Only events of these channels: `prefix`, `suffix`, `exact`, each a text or an "
             "array of texts. A channel must fit all that are given. Events of users have no "
             "channel, and do not pass a filter."});
    section.settings.push_back({.name = "headers",
                                .kind = SettingKind::json,
                                .default_value = "{}",
                                .description = "More headers of each request, by name."});
    section.nested = true;
    return section;
}

}  // namespace

std::string Section::full_name(std::string_view setting) const {
    return name.empty() ? std::string(setting) : name + '.' + std::string(setting);
}

std::vector<Section> configuration_schema() {
    std::vector<Section> sections = {section_of<Configuration>("", ""), listen_section(),
                                     apps_section(), webhooks_section()};
    Configuration::describe_sections(
        [&]<class Options>(const char* name, Options Configuration::*, const char* description) {
            sections.push_back(section_of<Options>(name, description));
        });
    return sections;
}

std::string environment_name(std::string_view name) {
    std::string spelled = "CARILLON_";
    for (const char c : name) {
        const bool lower = c >= 'a' && c <= 'z';
        spelled += lower ? static_cast<char>(c - 'a' + 'A') : (c == '.' ? '_' : c);
    }
    return spelled;
}

std::string flag_name(std::string_view name) {
    std::string spelled = "--" + std::string(name);
    std::ranges::replace(spelled, '_', '-');
    return spelled;
}

}  // namespace carillon
