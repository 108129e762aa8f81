#pragma once

#include <cstdint>

namespace carillon {

/// 64 random bits that cannot be predicted. Any thread.
[[nodiscard]] std::uint64_t secure_random();

}  // namespace carillon
