#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// The text of every frame that the server sends. `channel` is a valid channel name, so it needs no
/// escaping. Source: protocol.md 0.2.

[[nodiscard]] std::string connection_established(SocketId id, unsigned activity_timeout_seconds);

/// `pusher:error` with the code of `reason` (error_codes.hpp); `message` is UTF-8.
[[nodiscard]] std::string error_message(Errc reason, std::string_view message);

[[nodiscard]] std::string pong();

/// For any channel but presence ones: `data` is exactly "{}".
[[nodiscard]] std::string subscription_succeeded(std::string_view channel);

/// `presence_json`: the object `{"presence":{…}}`, unescaped.
[[nodiscard]] std::string subscription_succeeded(std::string_view channel,
                                                 std::string_view presence_json);

/// Our addition, which Laravel Echo's `error()` listens to. Source: protocol.md 2.4.
[[nodiscard]] std::string subscription_error(std::string_view channel, Errc reason,
                                             std::string_view message);

[[nodiscard]] std::string member_added(std::string_view channel, std::string_view user_id,
                                       const std::optional<std::string>& user_info);
[[nodiscard]] std::string member_removed(std::string_view channel, std::string_view user_id);

/// An application's event. `event` is a JSON string, `user_id` (client events on presence channels
/// only) plain text. `data` reaches the subscriber as it came.
[[nodiscard]] std::string channel_event(std::string_view channel, const JsonText& event,
                                        const JsonText& data,
                                        std::optional<std::string_view> user_id = std::nullopt);

}  // namespace carillon
