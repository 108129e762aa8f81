#pragma once

#include <string_view>

#include "carillon/base/frame.hpp"

namespace carillon {

/// One message on its way to any number of clients of this shard. Encoded for a transport when the
/// first client of that transport asks; the others share the bytes.
class OutboundMessage {
public:
    explicit OutboundMessage(std::string_view text) : text_(text) {}
    OutboundMessage(const OutboundMessage&) = delete;
    OutboundMessage& operator=(const OutboundMessage&) = delete;

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    /// As a WebSocket text frame.
    [[nodiscard]] const Frame& websocket();
    /// The same, compressed once for all that agreed to it; as it is where that is not smaller.
    /// `level`: 1 to 9, the same at each call.
    [[nodiscard]] const Frame& websocket_deflated(int level);
    /// As a line of the HTTP fallback, and the same as a chunk of a streaming answer.
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
