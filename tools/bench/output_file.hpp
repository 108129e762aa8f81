#pragma once

#include <string>
#include <string_view>

namespace carillon::bench {

/// Writes a whole file; to standard output if `name` is "-". Throws std::runtime_error.
void write_output(const std::string& name, std::string_view text);

}  // namespace carillon::bench
