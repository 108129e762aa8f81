#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "environment.hpp"

namespace carillon {

/// Variables of other servers and SDKs that have the same meaning here: soketi (SOKETI_…), Reverb
/// (REVERB_…), the SDKs (PUSHER_…), and sockudo, whose names without a prefix (PORT, REDIS_URL) are
/// read only where one with its prefix is set. docs/migrating/ lists them.

/// Whether the variable may be one of these: whether `Environment` keeps it.
[[nodiscard]] bool is_name_of_another_server(std::string_view name);

/// Whether the variable stands for a setting or a part of one, or for the default app.
[[nodiscard]] bool is_translated_name(std::string_view name);

struct TranslatedSetting {
    std::string name;    ///< dotted: `limits.max_connections`
    std::string text;    ///< as a variable of this server has it
    std::string source;  ///< the variable that was set, or …_FILE
};

/// The settings that variables of other servers stand for, and a warning for each that names ours.
[[nodiscard]] std::vector<TranslatedSetting> settings_of_other_servers(
    const Environment& environment, std::vector<std::string>& warnings);

/// The same for members of the default app, other than its credentials: `client_events` and such.
/// Values that are no values stay as they are, for the reader of apps to report.
[[nodiscard]] nlohmann::json app_of_other_servers(const Environment& environment,
                                                  std::vector<std::string>& warnings);

}  // namespace carillon
