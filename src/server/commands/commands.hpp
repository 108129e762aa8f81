#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// Arguments of the client commands. Empty credentials are taken from the configuration.
struct ClientArguments {
    std::string url = "http://127.0.0.1:" + std::to_string(ListenOptions{}.port);
    std::string app_id;
    std::string key;
    std::string secret;
};

/// Each command returns the exit status, prints results on standard output and errors on standard
/// error.

[[nodiscard]] int serve_command(const ConfigurationSources& sources);
[[nodiscard]] int check_command(const ConfigurationSources& sources);
[[nodiscard]] int print_settings_command();
/// `as_json`: with the commit and the versions of the libraries that this process uses.
[[nodiscard]] int version_command(bool as_json);
/// 0 if the server behind the configured admin listener reports within 5 s that it is ready.
[[nodiscard]] int health_command(const ConfigurationSources& sources);

struct SignArguments {
    std::string socket_id;
    std::string channel;
    std::optional<std::string> channel_data;
    std::optional<std::string> user_data;  ///< if set: sign a sign-in, not a subscription
};
[[nodiscard]] int sign_command(const ConfigurationSources& sources, const ClientArguments& client,
                               const SignArguments& sign);

struct TriggerArguments {
    std::string channel;
    std::string event;
    std::string data;
    std::string socket_id;  ///< the connection to exclude; may be empty
};
[[nodiscard]] int trigger_command(const ConfigurationSources& sources,
                                  const ClientArguments& client, const TriggerArguments& trigger);

struct ListenArguments {
    std::vector<std::string> channels;
    std::uint64_t count = 0;  ///< exit after this many application events; 0: never
};
[[nodiscard]] int listen_command(const ConfigurationSources& sources, const ClientArguments& client,
                                 const ListenArguments& listen);

/// Runs the same conversations with the server of `client.url` and with that of `other_url`, and
/// prints where they differ. 0 if they do not, 1 if they do, 2 if one cannot be reached.
[[nodiscard]] int compare_command(const ConfigurationSources& sources,
                                  const ClientArguments& client, const std::string& other_url);

/// Sends the webhooks of a dead-letter file again. 0 if the file has none left.
[[nodiscard]] int webhooks_replay_command(const ConfigurationSources& sources,
                                          const std::string& file);

/// Prints the settings of another server's file as a configuration of this one, and on standard
/// error what was not taken over.
[[nodiscard]] int import_command(const std::string& file);

/// Prints each problem on standard error. Returns 1, the exit status.
int report(const ConfigurationProblems& problems);

}  // namespace carillon
