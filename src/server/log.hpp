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

/// Gives the log half a second to write what waits: before the process ends, when nothing else
/// writes it any more, and an output that is not read must not hold up the end.
void flush_log();

/// Puts a line among those of the log as it is, whatever the level and format, with a newline.
void write_to_log(std::string_view line);

/// Lines that the log has lost since the start. Any thread.
[[nodiscard]] std::uint64_t log_lines_dropped();

}  // namespace carillon
