#pragma once

#include <functional>
#include <variant>

#include "carillon/config/configuration.hpp"
#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// Runs a server until SIGTERM or SIGINT, then stops it gracefully within `shutdown.grace_seconds`;
/// a second signal exits at once. SIGHUP calls `reload` and applies the configuration that it
/// returns. Returns the exit status; errors are logged.
int serve(const Configuration& configuration,
          const std::function<std::variant<Configuration, ConfigurationProblems>()>& reload);

}  // namespace carillon
