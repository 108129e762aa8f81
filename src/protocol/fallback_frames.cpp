#include "carillon/protocol/fallback_frames.hpp"

#include <simdjson.h>

#include <charconv>

#include "carillon/protocol/json_text.hpp"
#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {
namespace {

void append_unit(std::string& out, unsigned unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 0xF];
}

void append_ascii_escape(std::string& out, char32_t code_point) {
    if (code_point < 0x10000) return append_unit(out, static_cast<unsigned>(code_point));
    const auto offset = static_cast<unsigned>(code_point - 0x10000);
    append_unit(out, 0xD800U + (offset >> 10U));
    append_unit(out, 0xDC00U + (offset & 0x3FFU));
}

/// Appends `text` as a JSON string in ASCII.
void append_ascii_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        std::size_t ascii = 0;
        while (ascii < text.size() && static_cast<unsigned char>(text[ascii]) < 0x80) ++ascii;
        append_json_escaped(out, text.substr(0, ascii));
        text.remove_prefix(ascii);
        while (!text.empty() && static_cast<unsigned char>(text.front()) >= 0x80) {
            append_ascii_escape(out, take_character(text));
        }
    }
    out += '"';
}

}  // namespace

std::string fallback_prelude() {
    return std::string(2048, 'h') + "\n";
}

std::string fallback_message(std::string_view text) {
    std::string line;
    line.reserve(text.size() + text.size() / 4 + 8);
    line += "a[";
    append_ascii_string(line, text);
    return line += "]\n";
}

std::string fallback_close(int code, std::string_view reason) {
    std::string line = "c[" + std::to_string(code) + ",";
    append_ascii_string(line, reason);
    return line += "]\n";
}

std::string fallback_chunk(std::string_view line) {
    char size[2 * sizeof(std::size_t)];
    const auto end = std::to_chars(std::begin(size), std::end(size), line.size(), 16).ptr;
    std::string chunk;
    chunk.reserve(line.size() + 12);
    return chunk.append(size, end).append("\r\n").append(line).append("\r\n");
}

Result<std::vector<std::string>> parse_fallback_send(std::string_view body) {
    constexpr Error broken{Errc::bad_json, "Broken JSON encoding."};
    if (!simdjson::validate_utf8(body.data(), body.size())) return broken;
    std::vector<std::string> messages;
    bool all_strings = true;
    const bool is_array = for_each_element(body, [&](const JsonText& element) {
        all_strings = all_strings && element.type == JsonText::Type::string;
        if (all_strings) messages.push_back(decode_json_string(element));
    });
    if (!is_array || !all_strings) return broken;
    return messages;
}

}  // namespace carillon
