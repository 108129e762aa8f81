#include "judge.hpp"

#include <algorithm>

#include "checks.hpp"
#include "facts.hpp"

namespace carillon::sim {

std::vector<Violation> judge(const Plan& plan, const History& history) {
    const Facts facts(plan, history);
    std::vector<Violation> violations;
    for (const auto check : {check_nothing_doubled,
                             check_publisher_order,
                             check_nothing_late,
                             check_one_order,
                             check_nothing_lost,
                             check_nothing_old,
                             check_strays,
                             check_client_events,
                             check_refusals,
                             check_cached_events,
                             check_members_alternate,
                             check_snapshots,
                             check_false_alarms,
                             check_rosters_agree,
                             check_rosters,
                             check_queries,
                             check_counts,
                             check_webhooks,
                             check_deliveries,
                             check_webhooks_in_time,
                             check_watchlists,
                             check_terminations,
                             check_quota,
                             check_answers}) {
        check(facts, violations);
    }
    return violations;
}

}  // namespace carillon::sim
