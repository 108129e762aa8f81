#pragma once

#include <cstdint>

namespace carillon::bench {

/// Lets this process open as many files as the system allows it; returns how many that is.
std::uint64_t raise_file_limit();

}  // namespace carillon::bench
