#pragma once

#include <cstddef>

namespace carillon {

/// Memory that the process holds (RSS), in bytes; 0 if the system does not tell.
[[nodiscard]] std::size_t resident_bytes();

}  // namespace carillon
