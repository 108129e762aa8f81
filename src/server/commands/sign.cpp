#include <iostream>
#include <nlohmann/json.hpp>

#include "carillon/auth/subscription_token.hpp"
#include "client.hpp"
#include "commands.hpp"

namespace carillon {

int sign_command(const ConfigurationSources& sources, const ClientArguments& client,
                 const SignArguments& sign) {
    const auto credentials = find_credentials(sources, client, false);
    if (!credentials) return 1;
    const Credential credential{credentials->key, credentials->secret};
    nlohmann::ordered_json answer;
    if (sign.user_data) {
        answer["auth"] = signin_token(credential, sign.socket_id, *sign.user_data);
        answer["user_data"] = *sign.user_data;
    } else {
        answer["auth"] =
            subscription_token(credential, sign.socket_id, sign.channel, sign.channel_data);
        if (sign.channel_data) answer["channel_data"] = *sign.channel_data;
    }
    std::cout << answer.dump() << '\n';
    return 0;
}

}  // namespace carillon
