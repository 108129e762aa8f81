#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string_view>

namespace carillon {

/// Why something was refused. What a client or an SDK sees of each is in
/// `protocol/error_codes.hpp`.
enum class Errc : std::uint8_t {
    // A frame or request that cannot be understood.
    bad_json,
    bad_message,
    unknown_event,
    bad_event_name,
    bad_channel_name,
    bad_channel_data,
    bad_user_data,
    bad_socket_id,
    bad_request,
    // Understood, and refused.
    unauthorized,
    client_event_refused,
    client_event_rate,
    data_too_large,
    user_info_too_large,
    channel_full,
    subscriptions_exceeded,
    already_subscribed_as_other,
    already_signed_in_as_other,
    watchlist_too_long,
    // Connections that are refused or ended by us.
    tls_required,
    app_unknown,
    app_disabled,
    app_over_quota,
    path_unknown,
    protocol_unsupported,
    node_full,
    too_slow,
    shutting_down,
    pong_not_received,
    terminated,
    origin_refused,
    not_authorized_in_time,
    // Below the Pusher protocol: RFC 6455.
    websocket_protocol,
    websocket_unsupported,
    websocket_bad_utf8,
    websocket_too_big,
};

/// A refusal. `what` is a literal, so making one does not allocate, unless whoever makes it says
/// how long it holds.
struct Error {
    Errc code;
    std::string_view what;

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or the reason why there is none. `Error` has no `throw_exception_from_error` on purpose:
/// `.value()` then does not compile, and every caller branches.
template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace carillon
