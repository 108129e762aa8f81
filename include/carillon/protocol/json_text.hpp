#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// One JSON value as the bytes that were received, known to be well-formed, so that it can be
/// copied into a frame unchanged. A view of the parsed text, which must outlive it.
struct JsonText {
    enum class Type : std::uint8_t { string, number, object, array, boolean, null };

    std::string_view text;  ///< the whole value; a string with its quotes
    Type type = Type::null;
    std::size_t decoded_bytes =
        0;  ///< of a string: UTF-8 bytes of its decoded content; else text.size()
    bool lone_surrogate = false;  ///< of a string: contains half a surrogate pair as an escape
};

/// The deepest nesting that is accepted.
inline constexpr std::size_t json_depth_max = 512;

/// Reads the value at the start of `text`, after white space; the text behind it is not checked.
/// Checks grammar, escapes, and that there are no raw control characters. Escapes of half a
/// surrogate pair are accepted, because JSON.stringify writes them. `text` must be valid UTF-8.
/// Iterative: deep nesting needs no stack. Frames contain received bytes unchanged, so all of these
/// have to pass through here. Fails with Errc::bad_json. Pure; any thread.
[[nodiscard]] Result<JsonText> scan_json(std::string_view text);

/// As `scan_json`; only white space may follow the value.
[[nodiscard]] Result<JsonText> scan_whole_json(std::string_view text);

/// The content of a JSON string in UTF-8, without quotes, escapes decoded. Half a surrogate pair
/// becomes U+FFFD. `string.type` must be string.
[[nodiscard]] std::string decode_json_string(const JsonText& string);

/// Appends `text` (UTF-8) as a JSON string with its quotes. Escapes only what JSON requires.
void append_json_string(std::string& out, std::string_view text);

/// The same without quotes, for a JSON string that is built in several steps.
void append_json_escaped(std::string& out, std::string_view text);

/// Appends `data` as subscribers receive it: always a JSON string. A string keeps its bytes and
/// escapes, except that half a surrogate pair becomes `\ufffd`, because strict parsers would reject
/// the whole frame. Any other value becomes a string whose content is its source text. Source:
/// wire.md 0.1, 3.
void append_event_data(std::string& out, const JsonText& data);

/// The decoded size of the string that `append_event_data` writes, in bytes of UTF-8: what
/// `max_event_payload_bytes` counts.
[[nodiscard]] inline std::size_t event_data_bytes(const JsonText& data) noexcept {
    return data.decoded_bytes;
}

}  // namespace carillon
