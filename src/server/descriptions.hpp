#pragma once

#include <string>

namespace CLI {
class App;
}

namespace carillon {

/// The manual page of the program, section 1, as roff: its commands with their arguments, and each
/// setting once. Made of the declarations in `app`, so it is never behind them.
[[nodiscard]] std::string manual_page(const CLI::App& app);

/// A script that completes commands and flags in bash; values of flags and arguments are completed
/// as names of files.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

}  // namespace carillon
