#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/apps/app.hpp"

namespace carillon::test {

/// What a client or a backend of an app knows.
struct AppCredentials {
    std::string id = "app-id";
    std::string key = "app-key";
    std::string secret = "app-secret";
};

/// Those of an app beside the default one, for tests with two.
inline const AppCredentials second_app{"second", "second-key", "second-secret"};

[[nodiscard]] App make_app(const AppCredentials& credentials = {});

/// `auth` of a `pusher:subscribe`.
[[nodiscard]] std::string subscription_token(const AppCredentials& app, std::string_view socket_id,
                                             std::string_view channel,
                                             const std::optional<std::string>& channel_data = {});

/// The whole text of a `pusher:subscribe`, signed if the channel's name asks for it.
[[nodiscard]] std::string subscribe_message(const AppCredentials& app, std::string_view socket_id,
                                            std::string_view channel,
                                            const std::optional<std::string>& channel_data = {});

/// `path` with a query that signs the request; `parameters` must not need escaping.
[[nodiscard]] std::string signed_target(const AppCredentials& app, std::string_view method,
                                        std::string_view path, std::string_view body = {},
                                        std::map<std::string, std::string> parameters = {});

}  // namespace carillon::test
