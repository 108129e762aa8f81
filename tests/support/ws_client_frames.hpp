#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/websocket/opcode.hpp"

namespace carillon::test {

/// A frame as a client sends it: masked, in the shortest length form. Makes malformed frames as
/// gladly (a fragmented ping, an unknown opcode). Byte by byte on purpose: shares no code with what
/// it tests.
inline std::string masked_frame(WsOpcode opcode, std::string_view payload, bool fin = true,
                                std::uint32_t mask = 0x37fa213dU) {
    std::string frame;
    const auto put = [&frame](std::uint64_t value, int bytes) {
        while (bytes-- > 0) frame += static_cast<char>(value >> (8 * bytes) & 0xFF);
    };
    put((fin ? 0x80U : 0U) | static_cast<unsigned>(opcode), 1);
    const auto size = payload.size();
    const int extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
    put(0x80U | (extended == 0 ? size : extended == 2 ? 126U : 127U), 1);
    put(size, extended);
    put(mask, 4);
    for (std::size_t i = 0; i < size; ++i) {
        frame +=
            static_cast<char>(payload[i] ^ static_cast<char>(mask >> (24 - 8 * (i % 4)) & 0xFF));
    }
    return frame;
}

}  // namespace carillon::test
