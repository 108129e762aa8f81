#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace carillon {

/// A number as scripts return it: as text, since Redis' integers would be cut. 0 if it is none.
[[nodiscard]] inline std::uint64_t number_in(std::string_view text) noexcept {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace carillon
