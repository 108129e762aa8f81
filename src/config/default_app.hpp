#pragma once

#include <vector>

#include "app_reader.hpp"
#include "environment.hpp"

namespace carillon {

/// Adds the app that CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET, or the names that
/// others use for them, define. If there is no app at all, what is missing is taken from the public
/// defaults; beside other apps the three CARILLON_ names count, and only they. Refuses the public
/// secret in production.
void add_default_app(const Environment& environment, Configuration& configuration,
                     std::vector<SourcedApp>& apps, ConfigurationProblems& problems);

}  // namespace carillon
