#pragma once

#include <vector>

#include "facts.hpp"
#include "judge.hpp"

namespace carillon::sim {

using Violations = std::vector<Violation>;

// Events. See event_checks.cpp.

/// No event comes twice to a connection.
void check_nothing_doubled(const Facts& facts, Violations& violations);
/// What a node accepted before the next was sent to it comes before it, always.
void check_publisher_order(const Facts& facts, Violations& violations);
/// While nothing is wrong an event comes soon.
void check_nothing_late(const Facts& facts, Violations& violations);
/// While nothing is wrong all subscribers see one order, and it is that of the requests.
void check_one_order(const Facts& facts, Violations& violations);
/// What was accepted comes to whoever is subscribed from before until the end. Not required: see
/// `may_be_lost`.
void check_nothing_lost(const Facts& facts, Violations& violations);
/// A subscription begins with what is published after it.
void check_nothing_old(const Facts& facts, Violations& violations);
/// While nothing is wrong client events come to all but their sender.
void check_client_events(const Facts& facts, Violations& violations);
/// What was refused comes to nobody.
void check_refusals(const Facts& facts, Violations& violations);
/// Nothing of a channel comes to whoever is not subscribed.
void check_strays(const Facts& facts, Violations& violations);
/// Whoever joins a cache channel gets its last event, then what comes after it; REST has it, too.
void check_cached_events(const Facts& facts, Violations& violations);

// Members, counts and users. See state_checks.cpp.

/// On each subscription members come and go by turns, from the list that it began with; its own
/// member never does.
void check_members_alternate(const Facts& facts, Violations& violations);
/// Whose subscription has succeeded is in the list of whoever asks after that.
void check_snapshots(const Facts& facts, Violations& violations);
/// Whose node was well is not said to have gone because Redis was not, nor to have come again.
void check_false_alarms(const Facts& facts, Violations& violations);
/// At each event all subscribers see the same members, and the same count.
void check_rosters_agree(const Facts& facts, Violations& violations);
/// In the end, and whenever nothing was wrong for long enough, all subscribers see who is there.
void check_rosters(const Facts& facts, Violations& violations);
/// REST tells on all nodes how many are there, and who.
void check_queries(const Facts& facts, Violations& violations);
/// All subscribers were told how many they are, in the end and as above.
void check_counts(const Facts& facts, Violations& violations);
/// Webhooks of each channel, member and user alternate, and end at the truth.
void check_webhooks(const Facts& facts, Violations& violations);
/// Who has taken webhooks delivers them.
void check_deliveries(const Facts& facts, Violations& violations);
/// While nothing is wrong they say what is so, soon, and departures wait for the grace.
void check_webhooks_in_time(const Facts& facts, Violations& violations);
/// Watchers know who is online, in the end and as above.
void check_watchlists(const Facts& facts, Violations& violations);
/// What is terminated ends, and nothing that came later.
void check_terminations(const Facts& facts, Violations& violations);
/// The limit of connections holds, and what is free can be had.
void check_quota(const Facts& facts, Violations& violations);
/// All that was asked is answered in the end, and soon while nothing is wrong; no client is told of
/// an error.
void check_answers(const Facts& facts, Violations& violations);

}  // namespace carillon::sim
