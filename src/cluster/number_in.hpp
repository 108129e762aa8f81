#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace carillon {

/// A number as scripts return it: as text, since Redis' integers would be cut. 0 if it is none.
[[nodiscard]] inline std::uint64_t number_in(std::string_view text) noexcept {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The same; nothing unless all of it is a number.
[[nodiscard]] inline std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return number;
}

}  // namespace carillon
