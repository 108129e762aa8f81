#pragma once

namespace carillon {

/// The whole program: reads arguments and environment, runs one subcommand, returns the exit status
/// (0 done, 1 failed, 2 not understood). May throw; `main` catches.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace carillon
