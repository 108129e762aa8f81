#include "bench_report.hpp"

#include "clock.hpp"

namespace carillon {

bool BenchReport::is_clean() const noexcept {
    return !stalled && audience.ready == options.audience.connections && audience.closed == 0 &&
           audience.errors.empty() && lost == 0 && audience.duplicated == 0 &&
           audience.out_of_order == 0 && audience.misdirected == 0 && publish.refused == 0 &&
           publish.unanswered == 0;
}

double BenchReport::own_load() const noexcept {
    if (measured.whole_seconds <= 0) return 0;
    const double busy = options.poll
                            ? measured.whole_seconds - ns_to_seconds(measured.polls.idle_ns)
                            : measured.own_cpu_seconds;
    return busy / measured.whole_seconds;
}

}  // namespace carillon
