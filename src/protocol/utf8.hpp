#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace carillon {

/// Code points in valid UTF-8; limits on names count these.
[[nodiscard]] inline std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// As much of valid UTF-8 as fits into `bytes_max` without cutting a character.
[[nodiscard]] inline std::string_view utf8_prefix(std::string_view text,
                                                  std::size_t bytes_max) noexcept {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80)
        --bytes_max;
    return text.substr(0, bytes_max);
}

inline void append_utf8(std::string& out, char32_t code_point) {
    const auto tail = [&out, code_point](unsigned shift) {
        out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
    };
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        out += static_cast<char>(0xC0 | (code_point >> 6));
        tail(0);
    } else if (code_point < 0x10000) {
        out += static_cast<char>(0xE0 | (code_point >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code_point >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Removes and returns the first character of `text`, which must not be empty. Returns an arbitrary
/// one if `text` is not valid UTF-8, and never reads beyond it.
[[nodiscard]] inline char32_t take_character(std::string_view& text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t size = std::min(length, text.size());
    char32_t code_point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    text.remove_prefix(size);
    return code_point;
}

}  // namespace carillon
