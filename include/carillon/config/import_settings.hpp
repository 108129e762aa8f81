#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace carillon {

/// The settings of another server as a configuration of this one.
struct ImportedSettings {
    std::string origin;                    ///< what was read: "soketi (JSON)"
    nlohmann::ordered_json configuration;  ///< a file of this server; only what the other one set
    std::vector<std::string> not_taken;    ///< settings that were left out, each with the reason
};

struct ImportProblem {
    std::string what;
};

/// Reads settings of another server, whichever it is: soketi's JSON, sockudo's JSON or TOML, JSON
/// of Reverb's `config/reverb.php` (`php -r 'echo json_encode(require "config/reverb.php");'`), or
/// the variables of any of them and of Laravel (`.env`). Secrets are part of the configuration, and
/// of nothing else. Pure; any thread.
[[nodiscard]] std::variant<ImportedSettings, ImportProblem> import_settings(std::string_view text);

}  // namespace carillon
