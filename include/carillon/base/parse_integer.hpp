#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace carillon {

/// Removes an integer from the front of `text`, and returns it. Nothing, and `text` as it was, if
/// there is none or it is out of the range of `Integer`. No sign but the minus of a signed type, no
/// spaces; leading zeros are allowed. Pure; any thread.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> consume_integer(std::string_view& text,
                                                     int base = 10) noexcept {
    Integer integer{};
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), integer, base);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return integer;
}

/// The same, of the whole of `text`: nothing if characters are left.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text, int base = 10) noexcept {
    const auto integer = consume_integer<Integer>(text, base);
    return text.empty() ? integer : std::nullopt;
}

}  // namespace carillon
