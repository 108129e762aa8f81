#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"

namespace carillon {

/// The lines of pusher-js' HTTP transports, each with its `\n`: the body of the response to a
/// receive request. ASCII only, because the client counts UTF-16 units and the server bytes.
/// Source: wire.md 7.2.
inline constexpr std::string_view fallback_open = "o\n";
inline constexpr std::string_view fallback_heartbeat = "h\n";
inline constexpr std::string_view fallback_empty =
    "a[]\n";  ///< no message; shows that the server is alive

/// The first bytes of a streaming response: 2 KiB, after which old browsers stop buffering.
[[nodiscard]] std::string fallback_prelude();

/// `text`: one message of the Pusher protocol, valid UTF-8.
[[nodiscard]] std::string fallback_message(std::string_view text);

[[nodiscard]] std::string fallback_close(int code, std::string_view reason);

/// A line as a chunk of a streaming response (RFC 9112, 7.1).
[[nodiscard]] std::string fallback_chunk(std::string_view line);
inline constexpr std::string_view fallback_last_chunk = "0\r\n\r\n";

/// Parses the body of `xhr_send`: a JSON array of strings, each one message of the client. The
/// result is valid UTF-8 for any input. Fails with bad_json. Source: wire.md 7.3.
[[nodiscard]] Result<std::vector<std::string>> parse_fallback_send(std::string_view body);

}  // namespace carillon
