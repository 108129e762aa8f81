#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace carillon {

/// The parts of a handshake request that matter. Field values as an HTTP parser returns them:
/// without blanks around them, empty if absent, several lines of a field joined by commas.
struct WsUpgradeRequest {
    std::string_view method;
    unsigned http_version = 11;  ///< 10 times major, plus minor.
    bool has_host = false;
    std::string_view upgrade;     ///< Upgrade
    std::string_view connection;  ///< Connection
    std::string_view version;     ///< Sec-WebSocket-Version
    std::string_view key;         ///< Sec-WebSocket-Key
    std::string_view protocol;    ///< Sec-WebSocket-Protocol: the client's offers.
    std::string_view extensions;  ///< Sec-WebSocket-Extensions: likewise; "" to decline all.
};

/// The fields of the 101 response.
struct WsUpgrade {
    std::string accept;            ///< Sec-WebSocket-Accept
    std::string_view subprotocol;  ///< Sec-WebSocket-Protocol; "": without the field. A literal.
    std::string deflate;  ///< Sec-WebSocket-Extensions; "": without the field, no compression.
};

/// The HTTP status of a handshake that is refused:
/// - 400: no Host, or a key that is not Base64 of 16 bytes
/// - 405: not GET; the response needs `Allow: GET`
/// - 426: not an upgrade to WebSocket, or another version of it; the response needs
///   `Upgrade: websocket` and `Sec-WebSocket-Version: 13`
struct WsRefusal {
    unsigned status;
    std::string_view why;  ///< A literal.
};

/// Checks a handshake, but not its path with the app key. Pure; any thread. Source: RFC 6455, 4.2;
/// wire.md 1.1 and 1.3.
[[nodiscard]] boost::system::result<WsUpgrade, WsRefusal> accept_ws_upgrade(
    const WsUpgradeRequest& request);

/// The Sec-WebSocket-Accept for a Sec-WebSocket-Key. Source: RFC 6455, 4.2.2.
[[nodiscard]] std::string ws_accept_key(std::string_view key);

}  // namespace carillon
