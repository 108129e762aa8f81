#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// One JSON value as the bytes that came in, proved to be well-formed, so that it may be copied
/// into a frame as it is. The bytes belong to whoever was parsed.
struct JsonText {
    enum class Type : std::uint8_t { string, number, object, array, boolean, null };

    std::string_view text;  ///< from the value's first byte to its last; a string with its quotes
    Type type = Type::null;
    std::size_t decoded_bytes = 0;  ///< of a string: UTF-8 bytes of its content; else text.size()
    bool lone_surrogate = false;    ///< of a string: holds a `\ud83d` without its other half
};

/// Nesting that is accepted; deeper values are refused.
inline constexpr std::size_t json_depth_max = 512;

/// Reads the one value at the start of `text` (white space before it is skipped; what follows it is
/// the caller's affair): grammar, legal escapes, no raw control characters. Lone surrogate escapes
/// are allowed, since JSON.stringify makes them. `text` must be valid UTF-8 already. Iterative:
/// hostile nesting costs no stack. Fails with Errc::bad_json. Frames are made of the bytes that
/// came in, so whatever goes into one has passed through here.
[[nodiscard]] Result<JsonText> scan_json(std::string_view text);

/// As `scan_json`, and nothing but white space may follow.
[[nodiscard]] Result<JsonText> scan_whole_json(std::string_view text);

/// The content of a JSON string: what is between its quotes, escapes decoded, as UTF-8. A lone
/// surrogate becomes U+FFFD. `string.type` must be string.
[[nodiscard]] std::string decode_json_string(const JsonText& string);

/// Appends `text` (UTF-8) as a JSON string with its quotes. Escapes only what JSON demands.
void append_json_string(std::string& out, std::string_view text);

/// The same without the quotes: a part of a JSON string that is put together piece by piece.
void append_json_escaped(std::string& out, std::string_view text);

/// Appends `data` the way subscribers get it: always a JSON string. A string keeps its bytes and
/// escapes (only a lone surrogate escape is written as `\ufffd`, since strict parsers refuse the
/// whole frame); any other value becomes a string whose content is its source text. Source:
/// wire.md 0.1, 3.
void append_event_data(std::string& out, const JsonText& data);

/// Bytes of UTF-8 that the string written by `append_event_data` decodes to: what the payload limit
/// counts.
[[nodiscard]] inline std::size_t event_data_bytes(const JsonText& data) noexcept {
    return data.decoded_bytes;
}

}  // namespace carillon
