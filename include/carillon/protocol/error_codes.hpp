#pragma once

#include <optional>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// The code of `pusher:error`, and of the Close frame if the error closes the connection; nullopt
/// is JSON null, and the connection stays open. Codes 4000 … 4299 are sent only before a close,
/// because some clients act on the code alone. Source: wire.md 1.6, 1.7.
[[nodiscard]] constexpr std::optional<int> pusher_code(Errc code) noexcept {
    switch (code) {
        case Errc::bad_json:
        case Errc::bad_message:
        case Errc::unknown_event:
        case Errc::bad_event_name:
        case Errc::bad_channel_name:
        case Errc::bad_channel_data:
        case Errc::bad_user_data:
        case Errc::bad_socket_id:
        case Errc::bad_request:
        case Errc::unauthorized:
        case Errc::client_event_refused:
        case Errc::data_too_large:
        case Errc::user_info_too_large:
        case Errc::channel_full:
        case Errc::subscriptions_exceeded:
        case Errc::already_subscribed_as_other:
        case Errc::already_signed_in_as_other:
            return std::nullopt;
        case Errc::client_event_rate:  // The event is dropped, the connection stays open.
            return 4301;
        case Errc::watchlist_too_long:  // The users up to the limit are watched.
            return 4302;
        case Errc::tls_required:  // pusher-js switches to TLS at once.
            return 4000;
        case Errc::app_unknown:  // 4001 … 4099: clients do not reconnect.
            return 4001;
        case Errc::app_disabled:
            return 4003;
        case Errc::app_over_quota:
            return 4004;
        case Errc::path_unknown:
            return 4005;
        case Errc::protocol_unsupported:
            return 4007;
        case Errc::terminated:
        case Errc::origin_refused:
        case Errc::not_authorized_in_time:
            return 4009;
        case Errc::node_full:  // 4100 … 4199: clients reconnect after a second.
        case Errc::too_slow:
            return 4100;
        case Errc::shutting_down:  // 4200 … 4299: clients reconnect at once.
            return 4200;
        case Errc::pong_not_received:
            return 4201;
        case Errc::websocket_protocol:  // RFC 6455, 7.4.1.
            return 1002;
        case Errc::websocket_unsupported:
            return 1003;
        case Errc::websocket_bad_utf8:
            return 1007;
        case Errc::websocket_too_big:
            return 1009;
    }
    return std::nullopt;
}

/// `type` and `status` of `pusher:subscription_error`. Source: wire.md 2.4.
struct SubscriptionErrorKind {
    std::string_view type;
    int status;
};

[[nodiscard]] constexpr SubscriptionErrorKind subscription_error_kind(Errc code) noexcept {
    switch (code) {
        case Errc::unauthorized:
            return {"AuthError", 401};
        case Errc::user_info_too_large:
        case Errc::channel_full:
        case Errc::subscriptions_exceeded:
            return {"LimitReached", 413};
        default:
            return {"InvalidData", 400};
    }
}

}  // namespace carillon
