#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// HMAC-SHA256 of `text` with the key `secret`: 64 lower-case hexadecimal digits. Any thread; fast
/// if the thread used the same secret in the previous call.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view secret, std::string_view text);

/// MD5: 32 lower-case hexadecimal digits. The REST API uses it as a checksum of bodies. Any thread.
[[nodiscard]] std::string md5_hex(std::string_view bytes);

/// Whether `given`, from outside, equals `secret`. The time depends on the length of `given` only:
/// it reveals neither how much of it is right nor the secret's length.
[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept;

/// Whether `text` contains `secret`. The time depends on the two lengths only, so that a longer and
/// longer guess reveals nothing.
[[nodiscard]] bool contains_in_constant_time(std::string_view text,
                                             std::string_view secret) noexcept;

/// Whether `given` is the lower-case `digest`, in either case: some clients send upper case.
/// Constant time.
[[nodiscard]] bool is_hex_digest(std::string_view given, std::string_view digest);

}  // namespace carillon
