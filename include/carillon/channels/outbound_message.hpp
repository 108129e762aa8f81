#pragma once

#include <string_view>

#include "carillon/base/frame.hpp"

namespace carillon {

/// One message to any number of clients of this shard. Encoded for a transport when its first
/// client needs it; the others share the bytes. Pure. Refers to the text, which must outlive it.
class OutboundMessage {
public:
    explicit OutboundMessage(std::string_view text) : text_(text) {}
    OutboundMessage(const OutboundMessage&) = delete;
    OutboundMessage& operator=(const OutboundMessage&) = delete;

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    /// As a WebSocket text frame.
    [[nodiscard]] const Frame& websocket();
    /// Compressed once for all clients that negotiated it; uncompressed if that is not larger.
    /// `level`: 1 to 9, the same in each call.
    [[nodiscard]] const Frame& websocket_deflated(int level);
    /// As a line of the HTTP fallback, and as that line in a chunk of a streaming response.
    [[nodiscard]] const Frame& fallback_line();
    [[nodiscard]] const Frame& fallback_chunk();

private:
    std::string_view text_;
    Frame websocket_;
    Frame websocket_deflated_;
    Frame fallback_line_;
    Frame fallback_chunk_;
};

}  // namespace carillon
