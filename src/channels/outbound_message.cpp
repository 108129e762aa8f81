#include "carillon/channels/outbound_message.hpp"

#include "carillon/protocol/fallback_frames.hpp"
#include "carillon/websocket/deflate.hpp"
#include "carillon/websocket/encoder.hpp"

namespace carillon {

const Frame& OutboundMessage::websocket() {
    if (!websocket_) websocket_ = encode_ws(WsOpcode::text, text_);
    return websocket_;
}

const Frame& OutboundMessage::websocket_deflated(int level) {
    if (!websocket_deflated_) {
        const std::string compressed = ws_deflate(text_, level);
        websocket_deflated_ = compressed.empty() ? websocket() : encode_ws_deflated(compressed);
    }
    return websocket_deflated_;
}

const Frame& OutboundMessage::fallback_line() {
    if (!fallback_line_) fallback_line_ = Frame::copy_of(fallback_message(text_));
    return fallback_line_;
}

const Frame& OutboundMessage::fallback_chunk() {
    if (!fallback_chunk_) {
        fallback_chunk_ = Frame::copy_of(carillon::fallback_chunk(fallback_line().bytes()));
    }
    return fallback_chunk_;
}

}  // namespace carillon
