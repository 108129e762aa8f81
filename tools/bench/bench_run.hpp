#pragma once

#include <atomic>
#include <iosfwd>

#include "bench_options.hpp"
#include "bench_report.hpp"

namespace carillon::bench {

/// Connects, subscribes, idles or publishes as the options say, and reports what came of it. Every
/// wait ends by itself; setting `interrupted`, which a signal handler may do, ends the current one.
/// Says on `progress` what it is doing. Throws std::exception for what it cannot even start.
[[nodiscard]] BenchReport run_bench(const BenchOptions& options, std::ostream& progress,
                                    const std::atomic<bool>& interrupted);

}  // namespace carillon::bench
