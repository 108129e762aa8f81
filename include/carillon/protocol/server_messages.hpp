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

// The text of every frame that the server sends. `channel` is a valid channel name, so it needs no
// escaping. Pure; any thread. Source: wire.md 0.2.

[[nodiscard]] std::string connection_established(SocketId id, unsigned activity_timeout_seconds);

/// `pusher:error` with the code of `reason` (error_codes.hpp); `message` is UTF-8.
[[nodiscard]] std::string error_message(Errc reason, std::string_view message);

[[nodiscard]] std::string pong();

/// For all but presence channels: `data` is exactly "{}".
[[nodiscard]] std::string subscription_succeeded(std::string_view channel);

/// For a presence channel with `count` members. `ids` and `hash`: the content of the JSON array and
/// object with these names, escaped for the string that contains them; `MemberList` keeps them in
/// that form. Source: wire.md 2.3.
[[nodiscard]] std::string presence_succeeded(std::string_view channel, std::size_t count,
                                             std::string_view ids, std::string_view hash);

[[nodiscard]] std::string cache_miss(std::string_view channel);

/// `count` is at least 1: pusher-js ignores 0. Source: wire.md 2.8.
[[nodiscard]] std::string subscription_count(std::string_view channel, std::size_t count);

/// Not sent by Pusher; Laravel Echo's `error()` listens to it. Contains at most 1 KiB of `channel`.
/// Source: wire.md 2.4.
[[nodiscard]] std::string subscription_error(std::string_view channel, Errc reason,
                                             std::string_view message);

[[nodiscard]] std::string member_added(std::string_view channel, std::string_view user_id,
                                       const std::optional<std::string>& user_info);
[[nodiscard]] std::string member_removed(std::string_view channel, std::string_view user_id);

/// `user_data` as the client sent it. Source: wire.md 4.2.
[[nodiscard]] std::string signin_success(std::string_view user_data);

/// The users of a watchlist that have come online or gone offline; one list may be empty. Source:
/// wire.md 4.4.
[[nodiscard]] std::string watchlist_events(std::span<const std::string> online,
                                           std::span<const std::string> offline);

/// An event of an application. `event`: a JSON string; `data`: reaches subscribers unchanged;
/// `user_id`: not escaped, only for client events on presence channels. Source: wire.md 3, 5.3.
[[nodiscard]] std::string channel_event(std::string_view channel, const JsonText& event,
                                        const JsonText& data,
                                        std::optional<std::string_view> user_id = std::nullopt);

}  // namespace carillon
