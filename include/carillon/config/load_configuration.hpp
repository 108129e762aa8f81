#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "carillon/config/configuration.hpp"

namespace carillon {

/// Where settings come from. Flags win over the environment, that over the file, that over
/// defaults.
struct ConfigurationSources {
    /// The whole environment of the process; what does not concern the server is passed over.
    std::vector<std::pair<std::string, std::string>> environment;
    /// Dotted names (`limits.max_connections`, `listen`; also `host` and `port`) and their text. Of
    /// two with one name the later wins.
    std::vector<std::pair<std::string, std::string>> flags;
    /// From --config; without it CARILLON_CONFIG is used, and without that no file is read.
    std::optional<std::filesystem::path> file;
};

/// Everything that is wrong, a line each: the key, where it was given, what is allowed. No secrets.
struct ConfigurationProblems {
    std::vector<std::string> lines;
};

/// Reads all sources and checks them. Files are read anew at each call, so a reload is another
/// call. Blocks on the disk: for start-up and reloads, not for a shard. Source:
/// docs/configuration.md.
[[nodiscard]] std::variant<Configuration, ConfigurationProblems> load_configuration(
    const ConfigurationSources& sources);

}  // namespace carillon
