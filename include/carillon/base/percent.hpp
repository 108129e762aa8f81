#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// `%41` becomes `A`. A `%` without two hexadecimal digits stays as it is, and so does every `+`.
/// Pure; any thread. Source: wire.md 5.2.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// Everything but letters, digits and `-_.~` as `%XX`. Pure; any thread.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace carillon
