#include "carillon/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "carillon/config/configuration.hpp"
#include "describe.hpp"

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
    std::vector<std::string> defaults;
    const Configuration initial;
    for (const ListenOptions& listener : initial.listen) {
        defaults.push_back(fmt::format("`{}` port {}", listener.address, listener.port));
    }
    Section section = section_of<ListenOptions>(
        "listen", fmt::format("Addresses that clients and SDKs connect to: an array of objects. "
                              "Default: {}.",
                              fmt::join(defaults, " and ")));
    section.repeated = true;
    return section;
}

/// `key` and `secret` of the only credential are the app's own, behind its id.
Section apps_section() {
    Section section = section_of<App>("apps", "The apps: an array of objects.");
    const Section credential = section_of<Credential>({}, {});
    section.settings.insert(section.settings.begin() + 1, credential.settings.begin(),
                            credential.settings.end());
    section.repeated = true;
    return section;
}

Section webhooks_section() {
    Section section = section_of<WebhookEndpoint>(
        "apps[].webhooks", "The webhook endpoints of an app: an array of objects.");
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
    std::string variable = "CARILLON_";
    for (const char c : name) {
        const bool lower = c >= 'a' && c <= 'z';
        variable += lower ? static_cast<char>(c - 'a' + 'A') : (c == '.' ? '_' : c);
    }
    return variable;
}

std::string flag_name(std::string_view name) {
    std::string flag = "--" + std::string(name);
    std::ranges::replace(flag, '_', '-');
    return flag;
}

}  // namespace carillon
