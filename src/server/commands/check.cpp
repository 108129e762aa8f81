#include <iostream>

#include "carillon/base/url.hpp"
#include "carillon/config/schema.hpp"
#include "commands.hpp"

namespace carillon {

int check_command(const ConfigurationSources& sources) {
    const auto loaded = load_configuration(sources);
    if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
        return report(*problems);
    }
    const auto& configuration = std::get<Configuration>(loaded);
    std::cout << "configuration is valid\n";
    for (const ListenOptions& listener : configuration.listen) {
        std::cout << "listens on " << host_and_port(listener.address, listener.port) << '\n';
    }
    std::cout << "apps: " << configuration.apps.size() << '\n';
    for (const std::string& warning : configuration.warnings) {
        std::cerr << "carillon: warning: " << warning << '\n';
    }
    return 0;
}

int print_settings_command() {
    std::cout << settings_markdown();
    return 0;
}

int report(const ConfigurationProblems& problems) {
    for (const std::string& line : problems.lines) std::cerr << "carillon: " << line << '\n';
    return 1;
}

}  // namespace carillon
