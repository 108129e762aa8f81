#include "bench_report.hpp"

#include "clock.hpp"

namespace carillon::bench {

bool BenchReport::is_clean() const noexcept {
    return !stalled && subscribers.ready == options.subscribers.connections &&
           subscribers.closed == 0 && subscribers.errors.empty() && lost == 0 &&
           subscribers.duplicated == 0 && subscribers.out_of_order == 0 &&
           subscribers.misdirected == 0 && publish.refused == 0 && publish.unanswered == 0;
}

double BenchReport::own_load() const noexcept {
    if (measured.whole_seconds <= 0) return 0;
    const double busy = options.poll
                            ? measured.whole_seconds - ns_to_seconds(measured.polls.idle_ns)
                            : measured.own_cpu_seconds;
    return busy / measured.whole_seconds;
}

}  // namespace carillon::bench
