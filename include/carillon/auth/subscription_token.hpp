#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/base/credential.hpp"
#include "carillon/base/result.hpp"

namespace carillon {

/// Checks `auth` of `pusher:subscribe`: "<app key>:<hex HMAC-SHA256>". Signed is
/// "<socket id>:<channel>", followed by ":<channel data>" if the client sent any, on channels of
/// every kind. `channel_data`: the decoded bytes of that member. Constant time for a known key.
/// Fails with Errc::unauthorized. Pure; any thread. Source: wire.md 2.2.
[[nodiscard]] Result<void> check_subscription_token(std::string_view token,
                                                    std::string_view socket_id,
                                                    std::string_view channel,
                                                    std::optional<std::string_view> channel_data,
                                                    std::span<const Credential> credentials);

/// The token that `check_subscription_token` accepts.
[[nodiscard]] std::string subscription_token(const Credential& credential,
                                             std::string_view socket_id, std::string_view channel,
                                             std::optional<std::string_view> channel_data);

/// Checks `auth` of `pusher:signin` in the same way; signed is "<socket id>::user::<user data>".
/// Source: wire.md 4.1.
[[nodiscard]] Result<void> check_signin_token(std::string_view token, std::string_view socket_id,
                                              std::string_view user_data,
                                              std::span<const Credential> credentials);

/// The token that `check_signin_token` accepts.
[[nodiscard]] std::string signin_token(const Credential& credential, std::string_view socket_id,
                                       std::string_view user_data);

}  // namespace carillon
