#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "carillon/websocket/opcode.hpp"

namespace carillon::bench {

/// A message or control frame from a server.
struct ServerMessage {
    WsOpcode opcode = WsOpcode::text;
    std::string_view payload;
};

/// Client side of the WebSocket wire, no more than a load generator needs: server frames are not
/// masked, no extension is offered, and UTF-8 is not checked. Does no I/O.
class FrameWalker {
public:
    enum class Step : std::uint8_t { message, need_more, broken };

    static constexpr std::size_t frame_bytes_max = std::size_t{64} << 20U;

    /// Takes bytes off the front of `input`, up to the end of the next message; at `need_more` all
    /// of it is taken. What `message` views may lie in `input` and holds until the next call.
    [[nodiscard]] Step next(std::string_view& input, ServerMessage& message);

private:
    [[nodiscard]] Step take_frame(std::string_view& input, std::string_view& frame);
    [[nodiscard]] Step open_frame(std::string_view frame, ServerMessage& message);

    std::string held_;  // The beginning of a frame that was cut.
    std::string fragments_;
    WsOpcode fragmented_ = WsOpcode::continuation;
    bool held_is_used_ = false;  // `held_` is what the last message viewed.
};

/// Adds a whole frame from a client. The mask is zero: legal, and it costs neither side less or
/// more than another one, but for the generator. Source: RFC 6455, 5.2.
void append_client_frame(std::string& out, WsOpcode opcode, std::string_view payload);

}  // namespace carillon::bench
