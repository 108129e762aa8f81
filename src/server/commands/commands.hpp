#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// What the client commands are told. Empty credentials are taken from the configuration.
struct ClientArguments {
    std::string url = "http://127.0.0.1:6001";
    std::string app_id;
    std::string key;
    std::string secret;
};

/// Each command returns the exit status, prints results on standard output and errors on standard
/// error.

[[nodiscard]] int serve_command(const ConfigurationSources& sources);
[[nodiscard]] int check_command(const ConfigurationSources& sources);
[[nodiscard]] int print_settings_command();
[[nodiscard]] int version_command();
/// 0 if the server whose admin listener is configured answers that it is ready, within 5 s.
[[nodiscard]] int health_command(const ConfigurationSources& sources);

struct SignArguments {
    std::string socket_id;
    std::string channel;
    std::optional<std::string> channel_data;
    std::optional<std::string> user_data;  ///< given: sign a user in, not a subscription
};
[[nodiscard]] int sign_command(const ConfigurationSources& sources, const ClientArguments& client,
                               const SignArguments& sign);

struct TriggerArguments {
    std::string channel;
    std::string event;
    std::string data;
    std::string socket_id;  ///< the connection that is left out; may be empty
};
[[nodiscard]] int trigger_command(const ConfigurationSources& sources,
                                  const ClientArguments& client, const TriggerArguments& trigger);

struct ListenArguments {
    std::vector<std::string> channels;
    std::uint64_t count = 0;  ///< exit after so many application events; 0: never
};
[[nodiscard]] int listen_command(const ConfigurationSources& sources, const ClientArguments& client,
                                 const ListenArguments& listen);

/// Sends the webhooks of a file of dead letters again. 0 if none is left in it.
[[nodiscard]] int webhooks_replay_command(const ConfigurationSources& sources,
                                          const std::string& file);

/// Prints each problem on standard error. Returns 1, the exit status.
int report(const ConfigurationProblems& problems);

}  // namespace carillon
