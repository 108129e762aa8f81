#pragma once

#include <string_view>

namespace carillon {

/// Without blanks at both ends, as HTTP's lists require.
[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes the text before the first `separator` from the front of `list`, with the separator, and
/// returns it; the whole list if there is no separator.
[[nodiscard]] inline std::string_view take_until(std::string_view& list, char separator) noexcept {
    const std::string_view item = list.substr(0, list.find(separator));
    list.remove_prefix(item.size() < list.size() ? item.size() + 1 : item.size());
    return item;
}

}  // namespace carillon
