#include "carillon/server/serve.hpp"

#include <utility>

#include "commands.hpp"

namespace carillon {

int serve_command(const ConfigurationSources& sources) {
    auto loaded = load_configuration(sources);
    if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
        return report(*problems);
    }
    return serve(std::get<Configuration>(std::move(loaded)),
                 [sources] { return load_configuration(sources); });
}

}  // namespace carillon
