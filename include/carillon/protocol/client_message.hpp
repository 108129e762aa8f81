#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "carillon/base/result.hpp"
#include "carillon/protocol/json_text.hpp"

namespace carillon {

/// What clients send, one type a message. Views point into the text that was parsed and hold as
/// long as it does. Sources: wire.md 1.5, 2.2, 2.5, 3, 4.1.
struct PingMessage {};
struct PongMessage {};

struct SubscribeMessage {
    std::string channel;
    std::optional<std::string> auth;          ///< null and absent are the same
    std::optional<std::string> channel_data;  ///< exact decoded bytes: they are what was signed
};

struct UnsubscribeMessage {
    std::string channel;
};

struct SignInMessage {
    std::optional<std::string> auth;
    std::string user_data;  ///< exact decoded bytes: they are what was signed
};

struct ClientEventMessage {
    JsonText event;                ///< a string; well-formed, starts with "client-" once decoded
    std::size_t event_length = 0;  ///< characters of the decoded name
    std::string channel;           ///< decoded; any text
    JsonText data;
};

using ClientMessage = std::variant<PingMessage, PongMessage, SubscribeMessage, UnsubscribeMessage,
                                   SignInMessage, ClientEventMessage>;

/// Reads the text of one WebSocket message, valid UTF-8 (the codec has checked). Members that we do
/// not know are ignored, null members are absent (but `"data":null` of a client event is its data),
/// the last of equal names counts. `data` of pusher:subscribe, pusher:unsubscribe and
/// pusher:signin may be an object or a string that holds one. Fails with bad_json (no JSON object),
/// bad_message (a member missing or of the wrong type), bad_event_name (a client event's name is
/// not valid Unicode) or unknown_event; the connection stays open. Source: wire.md 1.8.
[[nodiscard]] Result<ClientMessage> parse_client_message(std::string_view text);

}  // namespace carillon
