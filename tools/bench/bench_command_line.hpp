#pragma once

namespace carillon::bench {

/// Exit status: 0 when everything came exactly once and in order, 1 when not, 2 when nothing could
/// be measured.
int run_bench_command_line(int argc, const char* const* argv);

}  // namespace carillon::bench
