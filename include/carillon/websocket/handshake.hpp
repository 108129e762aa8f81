#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace carillon {

/// What counts of a request that asks for a WebSocket. Field values as an HTTP parser gives them:
/// without outer blanks, empty when absent, several fields of one name joined by commas.
struct WsUpgradeRequest {
    std::string_view method;
    unsigned http_version = 11;  ///< 10 times major, plus minor.
    bool has_host = false;
    std::string_view upgrade;     ///< Upgrade
    std::string_view connection;  ///< Connection
    std::string_view version;     ///< Sec-WebSocket-Version
    std::string_view key;         ///< Sec-WebSocket-Key
    std::string_view protocol;    ///< Sec-WebSocket-Protocol: what the client offers.
    std::string_view extensions;  ///< Sec-WebSocket-Extensions: likewise; empty refuses them all.
};

/// What the 101 answer carries.
struct WsUpgrade {
    std::string accept;  ///< Sec-WebSocket-Accept
    std::string_view
        subprotocol;      ///< Sec-WebSocket-Protocol; empty: leave the field out. A literal.
    std::string deflate;  ///< Sec-WebSocket-Extensions; empty: leave the field out, no compression.
};

/// Why not, in HTTP's words:
/// - 400: no Host, or a key that is not Base64 of 16 bytes
/// - 405: not GET; the answer carries `Allow: GET`
/// - 426: no request to upgrade to a WebSocket, or of another version; the answer carries
///   `Upgrade: websocket` and `Sec-WebSocket-Version: 13`
struct WsRefusal {
    unsigned status;
    std::string_view why;  ///< A literal.
};

/// Judges an upgrade; the app key in the path is not its business. Never throws but for want of
/// memory. Source: RFC 6455, 4.2; wire.md 1.1 and 1.3.
[[nodiscard]] boost::system::result<WsUpgrade, WsRefusal> accept_ws_upgrade(
    const WsUpgradeRequest& request);

/// The answer to a Sec-WebSocket-Key. Source: RFC 6455, 4.2.2.
[[nodiscard]] std::string ws_accept_key(std::string_view key);

}  // namespace carillon
