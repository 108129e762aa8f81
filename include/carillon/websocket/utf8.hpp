#pragma once

#include <cstdint>
#include <string_view>

namespace carillon {

/// Validates UTF-8 that arrives in pieces, which may end inside characters. Strict: no overlong
/// form, no surrogate, nothing above U+10FFFF. Source: RFC 3629, section 4.
class Utf8Checker {
public:
    /// False if `bytes` cannot continue valid text; then also at every later call.
    [[nodiscard]] bool feed(std::string_view bytes) noexcept;

    /// Whether the text may end here: it is valid, and complete to the last character.
    [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

private:
    bool begin_character(std::uint8_t lead) noexcept;

    std::uint8_t missing_ = 0;  // Bytes that the current character still lacks.
    std::uint8_t low_ = 0x80;   // Range of the next of them. An empty range: invalid for good.
    std::uint8_t high_ = 0xBF;
};

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace carillon
