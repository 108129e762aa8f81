#pragma once

#include <cstdint>

namespace carillon {

/// A number that nobody can guess. Any thread.
[[nodiscard]] std::uint64_t secure_random();

}  // namespace carillon
