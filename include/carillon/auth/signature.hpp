#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// HMAC-SHA256 of `text` under `secret`, as 64 lower-case hexadecimal digits. Any thread.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view secret, std::string_view text);

/// MD5 as 32 lower-case hexadecimal digits; the protocol uses it as a checksum of bodies.
[[nodiscard]] std::string md5_hex(std::string_view bytes);

/// Takes as long for texts that differ early as for ones that differ late. Different lengths are
/// unequal at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

/// Whether `given` is `digest` in hexadecimal of either case, which some clients write in upper
/// case. `digest` is lower-case; constant time.
[[nodiscard]] bool is_hex_digest(std::string_view given, std::string_view digest);

}  // namespace carillon
