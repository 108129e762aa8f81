#pragma once

#include <cstddef>

namespace carillon::test {

/// What the program holds through `new`, as the allocator rounds it. One thread only.
[[nodiscard]] std::size_t heap_bytes() noexcept;

}  // namespace carillon::test
