#pragma once

#include <atomic>
#include <iosfwd>
#include <string>
#include <vector>

#include "cores.hpp"
#include "scenario.hpp"
#include "suite_report.hpp"

namespace carillon::bench {

struct SuiteOptions {
    std::string server;                    ///< the program
    std::vector<std::string> server_args;  ///< after those of the suite and of a scenario
    std::vector<std::string> scenarios;    ///< empty: all
    Flusher flusher = Flusher::gathered;   ///< what the server is told to use
    std::string commit;
    int runs = 3;
    double seconds = 3;  ///< per run
    CorePair cores;
};

[[nodiscard]] const char* to_text(Flusher flusher) noexcept;

/// Measures the baseline, then every scenario, each run with a server started for it. Throws
/// std::exception for what cannot be measured, and when interrupted; no process is left then
/// either.
[[nodiscard]] SuiteReport run_suite(const SuiteOptions& options, std::ostream& progress,
                                    const std::atomic<bool>& interrupted);

}  // namespace carillon::bench
