#pragma once

#include <vector>

#include "app_reader.hpp"
#include "environment.hpp"

namespace carillon {

/// What variables say of the default app: `id`, `key` and `secret` as far as they are set, and
/// other members that variables of other servers stand for. Warnings name what to use instead.
[[nodiscard]] nlohmann::json default_app_of(const Environment& environment,
                                            std::vector<std::string>& warnings);

/// Of the app that is there if none is configured.
inline constexpr const char* public_secret = "app-secret";
inline constexpr const char* how_to_set_the_app =
    "set CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET, or configure apps";

/// Adds the app that CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET define, or their
/// names in other servers and SDKs. If no app is configured, public defaults complete it; if apps
/// are configured, only the three CARILLON_ variables count.
void add_default_app(const Environment& environment, Configuration& configuration,
                     std::vector<SourcedApp>& apps, ConfigurationProblems& problems);

}  // namespace carillon
