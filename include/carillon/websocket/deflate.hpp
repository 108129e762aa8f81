#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// Answers a client's Sec-WebSocket-Extensions: the value of the same field of the 101 answer, or
/// nothing if no offer of permessage-deflate is acceptable. Always without context take-over, in
/// both directions: a message is compressed once for all that get it, and an idle connection owns
/// no window. Offers that demand a window of less than 4 KiB of the server are declined. Source:
/// RFC 7692, 5.1 and 7.1.
[[nodiscard]] std::string accept_ws_deflate(std::string_view offers);

/// `text` compressed, if that makes it smaller; else empty. `level`: 1 (fast) to 9 (small).
/// Source: RFC 7692, 7.2.1.
[[nodiscard]] std::string ws_deflate(std::string_view text, int level);

/// What a client compressed. Errors: `websocket_too_big`, once it is known to be more than
/// `bytes_max`; `websocket_protocol`. Source: RFC 7692, 7.2.2.
[[nodiscard]] Result<std::string> ws_inflate(std::string_view compressed, std::size_t bytes_max);

}  // namespace carillon
