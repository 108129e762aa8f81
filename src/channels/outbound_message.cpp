#include "carillon/channels/outbound_message.hpp"

#include "carillon/websocket/encoder.hpp"

namespace carillon {

const Frame& OutboundMessage::websocket() {
    if (!websocket_) websocket_ = encode_ws(WsOpcode::text, text_);
    return websocket_;
}

}  // namespace carillon
