#pragma once

#include <string_view>

namespace carillon {

/// Whether `text` is well-formed UTF-8. Source: RFC 3629.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace carillon
