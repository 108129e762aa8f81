#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string_view>

namespace carillon {

/// Why something was refused. `protocol/error_codes.hpp` has the code that a client or SDK gets for
/// each.
enum class Errc : std::uint8_t {
    // Malformed frames and requests.
    bad_json,
    bad_message,
    unknown_event,
    bad_event_name,
    bad_channel_name,
    bad_channel_data,
    bad_user_data,
    bad_socket_id,
    bad_request,
    // Well-formed requests that are refused.
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
    // Connections that the server refuses or closes.
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
    // Errors of the WebSocket protocol (RFC 6455).
    websocket_protocol,
    websocket_unsupported,
    websocket_bad_utf8,
    websocket_too_big,
};

/// An error. `what` is a literal, so that creating an error does not allocate, unless the function
/// that returns it says how long `what` is valid.
struct Error {
    Errc code;
    std::string_view what;

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value, or the reason why there is none. `Error` has no `throw_exception_from_error` on
/// purpose: without it `.value()` does not compile, and every caller has to branch.
template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace carillon
