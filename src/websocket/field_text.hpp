#pragma once

#include <string_view>

namespace carillon {

/// Without blanks at either end, as HTTP's lists are to be read.
[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands before `separator` off the front of `list`, and the separator with it; all of
/// it if there is none.
[[nodiscard]] inline std::string_view take_until(std::string_view& list, char separator) noexcept {
    const std::string_view item = list.substr(0, list.find(separator));
    list.remove_prefix(item.size() < list.size() ? item.size() + 1 : item.size());
    return item;
}

}  // namespace carillon
