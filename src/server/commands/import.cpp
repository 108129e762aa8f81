#include <fstream>
#include <iostream>
#include <sstream>

#include "carillon/config/import_settings.hpp"
#include "commands.hpp"

namespace carillon {

int import_command(const std::string& file) {
    std::ifstream input(file, std::ios::binary);
    std::ostringstream text;
    if (!(text << input.rdbuf())) {
        std::cerr << "carillon: cannot read " << file << '\n';
        return 1;
    }
    const auto result = import_settings(text.view());
    if (const auto* problem = std::get_if<ImportProblem>(&result)) {
        std::cerr << "carillon: " << file << ": " << problem->what << '\n';
        return 1;
    }
    const auto& imported = std::get<ImportedSettings>(result);
    std::cout << "// From " << file << ", of " << imported.origin << ".\n"
              << imported.configuration.dump(2) << '\n';
    for (const std::string& one : imported.not_taken) {
        std::cerr << "carillon: not taken over: " << one << '\n';
    }
    return 0;
}

}  // namespace carillon
