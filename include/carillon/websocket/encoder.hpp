#pragma once

#include <cstdint>
#include <string_view>

#include "carillon/base/frame.hpp"
#include "carillon/websocket/opcode.hpp"

namespace carillon {

/// One unmasked, final frame, in one allocation. `payload`: of a control frame at most
/// `ws_control_bytes_max` bytes. Pure; any thread. Source: RFC 6455, 5.2.
[[nodiscard]] Frame encode_ws(WsOpcode opcode, std::string_view payload);

/// The same for a text message that `ws_deflate` has compressed. Source: RFC 7692, 6.
[[nodiscard]] Frame encode_ws_deflated(std::string_view compressed);

/// A close frame. `reason`: UTF-8, truncated between two characters to at most 123 bytes. `code` 0:
/// the body is empty, and the reason ignored. Source: RFC 6455, 5.5.1.
[[nodiscard]] Frame encode_ws_close(std::uint16_t code, std::string_view reason);

}  // namespace carillon
