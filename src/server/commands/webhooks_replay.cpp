#include <iostream>

#include "carillon/webhooks/replay.hpp"
#include "commands.hpp"

namespace carillon {

int webhooks_replay_command(const ConfigurationSources& sources, const std::string& file) {
    const auto loaded = load_configuration(sources);
    if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
        return report(*problems);
    }
    const auto report_error = [](const std::string& what) {
        std::cerr << "carillon: " << what << '\n';
    };
    const Replay replay =
        replay_dead_letters(file, std::get<Configuration>(loaded).apps, report_error);
    std::cout << replay.delivered << " delivered, " << replay.left << " left in " << file << '\n';
    return replay.left == 0 ? 0 : 1;
}

}  // namespace carillon
