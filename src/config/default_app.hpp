#pragma once

#include <vector>

#include "app_reader.hpp"
#include "environment.hpp"

namespace carillon {

/// Adds the app that CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET define, or their
/// names in other servers and SDKs. If no app is configured, public defaults complete it; if apps
/// are configured, only the three CARILLON_ variables count. Reports the public secret as a problem
/// in production.
void add_default_app(const Environment& environment, Configuration& configuration,
                     std::vector<SourcedApp>& apps, ConfigurationProblems& problems);

}  // namespace carillon
