#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// The Sec-WebSocket-Extensions of the 101 response to a client's `offers`; "" if no offer of
/// permessage-deflate is acceptable. Always without context take-over, in both directions, so that
/// a message is compressed once for all receivers and an idle connection owns no window. Offers
/// that limit the server's window to less than 4 KiB are declined. Pure; any thread. Source: RFC
/// 7692, 5.1 and 7.1.
[[nodiscard]] std::string accept_ws_deflate(std::string_view offers);

/// `text` compressed, or "" if that does not make it smaller. `level`: 1 (fast) to 9 (small). Any
/// thread; each has a compressor of 50 KB. Source: RFC 7692, 7.2.1.
[[nodiscard]] std::string ws_deflate(std::string_view text, int level);

/// Inflates a message of a client. Errors: `websocket_too_big`, as soon as it exceeds `bytes_max`;
/// `websocket_protocol`, if it is malformed or truncated. Any thread. Source: RFC 7692, 7.2.2.
[[nodiscard]] Result<std::string> ws_inflate(std::string_view compressed, std::size_t bytes_max);

}  // namespace carillon
