#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// The text of every frame that the server sends. `channel` is a valid channel name, so it needs no
/// escaping. Source: wire.md 0.2.

[[nodiscard]] std::string connection_established(SocketId id, unsigned activity_timeout_seconds);

/// `pusher:error` with the code of `reason` (error_codes.hpp); `message` is UTF-8.
[[nodiscard]] std::string error_message(Errc reason, std::string_view message);

[[nodiscard]] std::string pong();

/// For any channel but presence ones: `data` is exactly "{}".
[[nodiscard]] std::string subscription_succeeded(std::string_view channel);

/// For a presence channel of `count` members. `ids` and `hash` are the members of the JSON array
/// and object of these names, escaped already for the string that they go into: large lists are
/// kept that way. Source: wire.md 2.3.
[[nodiscard]] std::string presence_succeeded(std::string_view channel, std::size_t count,
                                             std::string_view ids, std::string_view hash);

[[nodiscard]] std::string cache_miss(std::string_view channel);

/// `count` is at least 1: pusher-js ignores 0. Source: wire.md 2.8.
[[nodiscard]] std::string subscription_count(std::string_view channel, std::size_t count);

/// Our addition, which Laravel Echo's `error()` listens to. Source: wire.md 2.4.
[[nodiscard]] std::string subscription_error(std::string_view channel, Errc reason,
                                             std::string_view message);

[[nodiscard]] std::string member_added(std::string_view channel, std::string_view user_id,
                                       const std::optional<std::string>& user_info);
[[nodiscard]] std::string member_removed(std::string_view channel, std::string_view user_id);

/// `user_data` as the client sent it. Source: wire.md 4.2.
[[nodiscard]] std::string signin_success(std::string_view user_data);

/// Who of a watchlist came and went; not both are empty. Source: wire.md 4.4.
[[nodiscard]] std::string watchlist_events(std::span<const std::string> online,
                                           std::span<const std::string> offline);

/// An application's event. `event` is a JSON string, `user_id` (client events on presence channels
/// only) plain text. `data` reaches the subscriber as it came.
[[nodiscard]] std::string channel_event(std::string_view channel, const JsonText& event,
                                        const JsonText& data,
                                        std::optional<std::string_view> user_id = std::nullopt);

}  // namespace carillon
