#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// `%41` becomes `A`; a stray `%` and every `+` stay as they are. Source: wire.md 5.2.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace carillon
