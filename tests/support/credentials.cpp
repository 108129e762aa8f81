#include "support/credentials.hpp"

#include <nlohmann/json.hpp>

#include "carillon/auth/signature.hpp"
#include "carillon/runtime/wall_clock.hpp"

namespace carillon::test {
namespace {

std::string to_query(const std::map<std::string, std::string>& parameters) {
    std::string query;
    for (const auto& [name, value] : parameters) {
        if (!query.empty()) query += '&';
        query.append(name).append("=").append(value);
    }
    return query;
}

}  // namespace

App make_app(const AppCredentials& credentials) {
    App app;
    app.id = AppId{credentials.id};
    app.credentials = {{credentials.key, credentials.secret}};
    return app;
}

std::string subscription_token(const AppCredentials& app, std::string_view socket_id,
                               std::string_view channel,
                               const std::optional<std::string>& channel_data) {
    std::string text{socket_id};
    text.append(":").append(channel);
    if (channel_data) text.append(":").append(*channel_data);
    return app.key + ":" + hmac_sha256_hex(app.secret, text);
}

std::string subscribe_message(const AppCredentials& app, std::string_view socket_id,
                              std::string_view channel,
                              const std::optional<std::string>& channel_data) {
    nlohmann::json data{{"channel", channel}};
    if (channel.starts_with("private-") || channel.starts_with("presence-")) {
        data["auth"] = subscription_token(app, socket_id, channel, channel_data);
    }
    if (channel_data) data["channel_data"] = *channel_data;
    return nlohmann::json{{"event", "pusher:subscribe"}, {"data", data}}.dump();
}

std::string signed_target(const AppCredentials& app, std::string_view method, std::string_view path,
                          std::string_view body, std::map<std::string, std::string> parameters) {
    parameters["auth_key"] = app.key;
    parameters["auth_timestamp"] = std::to_string(unix_seconds());
    parameters["auth_version"] = "1.0";
    if (!body.empty()) parameters["body_md5"] = md5_hex(body);
    const std::string query = to_query(parameters);
    std::string text{method};
    text.append("\n").append(path).append("\n").append(query);
    std::string target{path};
    return target.append("?")
        .append(query)
        .append("&auth_signature=")
        .append(hmac_sha256_hex(app.secret, text));
}

}  // namespace carillon::test
