#pragma once

#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "carillon/config/configuration.hpp"

namespace carillon {

/// Logs of the whole process go to standard error, as text or one JSON object per line. A thread of
/// its own writes them: logging never waits for the output (`LogWriter`). Once, before other
/// threads start. `descriptor`: for tests.
void set_up_log(const LogOptions& options, int descriptor = STDERR_FILENO);

/// Waits until the log is written, at most half a second: before the process ends, which an output
/// that is not read must not delay.
void flush_log();

/// Appends a line to the log unchanged, whatever the level and format, and a newline.
void write_to_log(std::string_view line);

/// Log lines dropped since the start. Any thread.
[[nodiscard]] std::uint64_t log_lines_dropped();

}  // namespace carillon
