#pragma once

#include <cstddef>

namespace carillon {

/// Resident memory of the process (RSS) in bytes; 0 if it cannot be read.
[[nodiscard]] std::size_t resident_bytes();

/// Returns freed memory from the C library to the system. By itself the library returns only memory
/// at the end of the heap, so that of a peak of connections would never be returned. Takes well
/// below a millisecond if there is little, and milliseconds for tens of MiB, during which threads
/// that allocate may have to wait (docs/decisions/0007). Any thread.
void return_free_memory() noexcept;

}  // namespace carillon
