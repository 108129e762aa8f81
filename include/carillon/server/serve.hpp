#pragma once

#include <functional>
#include <variant>

#include "carillon/config/configuration.hpp"
#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// Runs a server until SIGTERM or SIGINT, then stops it gracefully within `shutdown.grace_seconds`;
/// a second signal exits at once. SIGHUP calls `reload` and takes over what it returns. Returns the
/// exit status. Throws std::runtime_error when it cannot listen.
int serve(Configuration configuration,
          const std::function<std::variant<Configuration, ConfigurationProblems>()>& reload);

}  // namespace carillon
