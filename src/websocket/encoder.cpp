#include "carillon/websocket/encoder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

namespace carillon {
namespace {

constexpr unsigned final_bit = 0x80;     // FIN.
constexpr unsigned deflated_bit = 0x40;  // RSV1.

char* put_big_endian(char* at, std::uint64_t value, int bytes) noexcept {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        *at++ = static_cast<char>(value >> shift & 0xFF);
    }
    return at;
}

/// As much of `text` as fits, without cutting a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) noexcept {
    if (text.size() <= bytes_max) return text;
    std::size_t size = bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return text.substr(0, size);
}

Frame encode(unsigned first_byte, std::string_view payload) {
    const std::size_t size = payload.size();
    const int extended = size < 126 ? 0 : size <= std::numeric_limits<std::uint16_t>::max() ? 2 : 8;

    std::span<char> buffer;
    Frame frame = Frame::allocate(2 + static_cast<std::size_t>(extended) + size, buffer);
    char* at = put_big_endian(buffer.data(), first_byte, 1);
    at = put_big_endian(at, extended == 0 ? size : extended == 2 ? 126 : 127, 1);
    at = put_big_endian(at, size, extended);
    std::copy(payload.begin(), payload.end(), at);
    return frame;
}

}  // namespace

Frame encode_ws(WsOpcode opcode, std::string_view payload) {
    assert(opcode < WsOpcode::close || payload.size() <= ws_control_bytes_max);
    return encode(final_bit | static_cast<unsigned>(opcode), payload);
}

Frame encode_ws_deflated(std::string_view compressed) {
    return encode(final_bit | deflated_bit | static_cast<unsigned>(WsOpcode::text), compressed);
}

Frame encode_ws_close(std::uint16_t code, std::string_view reason) {
    if (code == 0) return encode_ws(WsOpcode::close, {});
    std::array<char, ws_control_bytes_max> body;
    char* at = put_big_endian(body.data(), code, 2);
    reason = cut_utf8(reason, body.size() - 2);
    std::copy(reason.begin(), reason.end(), at);
    return encode_ws(WsOpcode::close, {body.data(), 2 + reason.size()});
}

}  // namespace carillon
