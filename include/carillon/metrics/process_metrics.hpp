#pragma once

#include <cstddef>
#include <cstdint>

#include "carillon/metrics/metric.hpp"

namespace carillon {

/// What belongs to the process rather than to one of its shards.
struct ProcessMetrics {
    std::uint64_t uptime_seconds = 0;
    std::size_t resident_bytes = 0;
    std::uint64_t log_lines_dropped = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&ProcessMetrics::uptime_seconds,
               gauge("carillon_uptime_seconds", "Time since the server started."));
        metric(&ProcessMetrics::resident_bytes,
               gauge("carillon_resident_bytes", "Resident memory of the process, in bytes."));
        metric(&ProcessMetrics::log_lines_dropped,
               counter("carillon_log_dropped_total",
                       "Log lines dropped because standard error did not accept them in time, or "
                       "refused them."));
    }
};

/// Its value is always 1; the labels say what runs.
inline constexpr Metric info_metric =
    gauge("carillon_info", "Always 1; the labels give the version and how frames are written.")
        .by("version", "flusher");

}  // namespace carillon
