#pragma once

#include <cstdint>

namespace carillon {

/// Frame types. A value received from a peer may be none of these until the decoder has checked it.
/// Source: RFC 6455, 5.2.
enum class WsOpcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

/// Maximum payload of a close, ping or pong frame. Source: RFC 6455, 5.5.
inline constexpr unsigned ws_control_bytes_max = 125;

}  // namespace carillon
