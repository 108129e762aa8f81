#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "carillon/config/configuration.hpp"

namespace carillon {

/// Where settings come from. Flags take precedence over the environment, the environment over the
/// file, and the file over the defaults.
struct ConfigurationSources {
    /// The whole environment of the process; variables of other programs are ignored.
    std::vector<std::pair<std::string, std::string>> environment;
    /// Dotted names (`limits.max_connections`, `listen`; also `host` and `port`) and their values.
    /// Of two with the same name the later takes effect.
    std::vector<std::pair<std::string, std::string>> flags;
    /// From --config; without it CARILLON_CONFIG is used, and without that no file is read.
    std::optional<std::filesystem::path> file;
};

/// One line per problem: the setting, its source, what is allowed, what was found. No secrets.
struct ConfigurationProblems {
    std::vector<std::string> lines;
};

/// Reads all sources and checks them. Files are read again at each call, so a reload is another
/// call. Blocks on the disk, so it must not be called on a shard. Source: docs/configuration.md.
[[nodiscard]] std::variant<Configuration, ConfigurationProblems> load_configuration(
    const ConfigurationSources& sources);

}  // namespace carillon
