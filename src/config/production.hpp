#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app_reader.hpp"

namespace carillon {

/// What the setting `production` demands beyond a valid configuration: secrets that are neither
/// public nor short, and no fixed hash key. Warns of files with secrets that every user of the
/// machine can read. `file`: the configuration's, if it came from one.
void check_production(Configuration& configuration, const std::vector<SourcedApp>& apps,
                      const std::optional<std::filesystem::path>& file,
                      ConfigurationProblems& problems);

}  // namespace carillon
