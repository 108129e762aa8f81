#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "carillon/base/result.hpp"
#include "carillon/protocol/json_text.hpp"

namespace carillon {

/// The messages of clients, one type per message. Views point into the parsed text, which must
/// outlive them. Sources: wire.md 1.5, 2.2, 2.5, 3, 4.1.
struct PingMessage {};
struct PongMessage {};

struct SubscribeMessage {
    std::string channel;
    std::optional<std::string> auth;          ///< null and absent are the same
    std::optional<std::string> channel_data;  ///< the decoded bytes, which are signed
};

struct UnsubscribeMessage {
    std::string channel;
};

struct SignInMessage {
    std::optional<std::string> auth;
    std::string user_data;  ///< the decoded bytes, which are signed
};

struct ClientEventMessage {
    JsonText event;                ///< a string that starts with "client-" when decoded
    std::size_t event_length = 0;  ///< characters of the decoded name
    std::string channel;           ///< decoded, not checked
    JsonText data;                 ///< null if the message has none
    bool has_data = true;          ///< the message has a member `data`, even if null
};

using ClientMessage = std::variant<PingMessage, PongMessage, SubscribeMessage, UnsubscribeMessage,
                                   SignInMessage, ClientEventMessage>;

/// Parses one message of a client. `text` must be valid UTF-8, which the codec checks. Unknown
/// members are ignored, null members count as absent, and
/// the last of several members with one name is used. `data` of pusher:subscribe,
/// pusher:unsubscribe and pusher:signin may be an object or a string that contains one. Fails with
/// bad_json (not a JSON object), bad_message (a member missing or of the wrong type),
/// bad_event_name (the name of a client event is not valid Unicode) or unknown_event; the
/// connection stays open. Pure; any thread. Source: wire.md 1.8.
[[nodiscard]] Result<ClientMessage> parse_client_message(std::string_view text);

}  // namespace carillon
