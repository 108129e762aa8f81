#pragma once

#include <cstddef>

namespace carillon {

/// Memory that the process holds (RSS), in bytes; 0 if the system does not tell.
[[nodiscard]] std::size_t resident_bytes();

/// Gives the system back what the C library keeps of freed memory: by itself it gives back only
/// what lies at the end, and a peak of connections would be held for ever. Takes well below a
/// millisecond when there is little, some for tens of MiB, in which a thread that allocates may
/// have to wait (docs/decisions/0007). Any thread.
void return_free_memory() noexcept;

}  // namespace carillon
