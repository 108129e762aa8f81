#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "carillon/channels/pacing.hpp"
#include "checks.hpp"

namespace carillon::sim {
namespace {

using Kind = Entry::Kind;
using Users = std::set<std::uint32_t>;

std::string text_of(const Users& users) {
    std::string text = "[";
    for (const std::uint32_t user : users) text += " " + user_name(user);
    return text + " ]";
}

/// What is so at some time, by what clients have asked for until then, and since when.
struct Truth {
    Truth(const Facts& facts, TimePoint at) {
        const auto take = [at](TimePoint& changed, TimePoint time) {
            if (time <= at) changed = std::max(changed, time);
        };
        for (const Subscribed& of : facts.subscriptions) {
            if (of.asked > at) continue;
            take(counts_changed[of.channel], of.asked);
            take(counts_changed[of.channel], of.to);
            take(members_changed[{of.channel, of.user}], of.asked);
            take(members_changed[{of.channel, of.user}], of.to);
            if (of.to <= at) continue;
            ++subscriptions[of.channel];
            members[of.channel].insert(of.user);
        }
        for (const auto& [_, of] : facts.connections) {
            if (of.signing_in > at) continue;
            take(online_changed[of.user], of.signing_in);
            take(online_changed[of.user], of.closed);
            if (of.closed > at) online.insert(of.user);
        }
    }

    std::map<std::uint32_t, std::uint64_t> subscriptions;
    std::map<std::uint32_t, Users> members;
    Users online;
    std::map<std::uint32_t, TimePoint> counts_changed;
    std::map<std::pair<std::uint32_t, std::uint32_t>, TimePoint> members_changed;
    std::map<std::uint32_t, TimePoint> online_changed;
};

/// The two at which everything must be right, and others for which nothing was wrong long before.
/// At those what has just changed need not be known yet: `settled` is the latest time of a change
/// that everybody knows.
struct Moment {
    TimePoint at;
    TimePoint settled;
    bool is_at_rest;
};

std::vector<Moment> moments_of(const Facts& facts, Duration settling) {
    std::vector<Moment> moments;
    for (TimePoint at = facts.entries.front().at + std::chrono::seconds(10); at < facts.quiet;
         at += std::chrono::seconds(3)) {
        if (!facts.is_disturbed(at - settling, at)) moments.push_back({at, at - settling, false});
    }
    for (const TimePoint at : {facts.rest, facts.entries.back().at})
        moments.push_back({at, at, true});
    return moments;
}

/// The users whose state has not changed since, of both sets.
Users without_recent(const Users& users, const std::function<TimePoint(std::uint32_t)>& changed,
                     TimePoint settled) {
    Users known;
    for (const std::uint32_t user : users) {
        if (changed(user) <= settled) known.insert(user);
    }
    return known;
}

/// The members that a subscriber sees at some time.
Users seen_at(const Subscribed& of, TimePoint at) {
    Users users(of.members.begin(), of.members.end());
    for (const Entry* const entry : of.came) {
        if (entry->at > at) break;
        if (entry->kind == Kind::member_added) users.insert(entry->user);
        if (entry->kind == Kind::member_removed) users.erase(entry->user);
    }
    return users;
}

TimePoint end_of(const Facts& facts) {
    return facts.entries.back().at;
}

/// Users whose changes an edge may hold back: those that came or went within the damping's time.
/// Subscribers are judged at its end (wire.md 2.6).
class FlappingUsers {
public:
    explicit FlappingUsers(const Facts& facts) {
        for (const Subscribed& of : facts.subscriptions) {
            if (!is_presence(of.channel)) continue;
            std::vector<TimePoint>& own = changes_[{of.channel, of.user}];
            own.insert(own.end(), {of.asked, of.from, of.to});
            for (const Entry* const entry : of.came) {
                if (entry->kind != Kind::member_added && entry->kind != Kind::member_removed) {
                    continue;
                }
                changes_[{of.channel, entry->user}].push_back(entry->at);
            }
        }
        for (auto& [_, times] : changes_) std::ranges::sort(times);
    }

    /// Whether each user that is in one of the rosters only may be held back at that time.
    [[nodiscard]] bool may_explain(std::uint32_t channel, TimePoint at, const Users& one,
                                   const Users& other) const {
        Users differing;
        std::ranges::set_symmetric_difference(one, other,
                                              std::inserter(differing, differing.end()));
        return std::ranges::all_of(differing, [&](std::uint32_t user) {
            const auto times = changes_.find({channel, user});
            if (times == changes_.end()) return false;
            const auto change = std::ranges::lower_bound(times->second, at - damped_for);
            return change != times->second.end() && *change <= at;
        });
    }

private:
    static constexpr Duration damped_for = 2 * member_damping;

    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<TimePoint>> changes_;
};

/// Channels whose count has changed, so that edges may hold it back (wire.md 2.8), or that it is on
/// its way.
class ChangingCounts {
public:
    explicit ChangingCounts(const Facts& facts) : spread_(facts.spread) {
        for (const Subscribed& of : facts.subscriptions) {
            for (const TimePoint at : {of.asked, of.from, of.to})
                changes_[of.channel].push_back(at);
        }
        for (auto& [_, times] : changes_) std::ranges::sort(times);
    }

    [[nodiscard]] bool is_recent(std::uint32_t channel, TimePoint at) const {
        const auto times = changes_.find(channel);
        if (times == changes_.end()) return false;
        const auto change = std::ranges::lower_bound(times->second, at - spread_);
        return change != times->second.end() && *change <= at;
    }

private:
    const Duration spread_;
    std::map<std::uint32_t, std::vector<TimePoint>> changes_;
};

}  // namespace

void check_members_alternate(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        if (!is_presence(of.channel) || of.from == never) continue;
        Users users(of.members.begin(), of.members.end());
        const auto tell = [&](std::string_view what, std::uint32_t user) {
            violations.push_back(
                {"members alternate",
                 fmt::format("client {} ({}) on node {}, {}: {} {}", of.client, user_name(of.user),
                             of.node, channel_name(of.channel), user_name(user), what)});
        };
        if (!users.contains(of.user)) tell("is not in the own list", of.user);
        for (const Entry* const entry : of.came) {
            if (entry->kind == Kind::member_added) {
                if (!users.insert(entry->user).second) tell("was added again", entry->user);
            } else if (entry->kind == Kind::member_removed) {
                if (users.erase(entry->user) == 0) tell("was removed again", entry->user);
            } else {
                continue;
            }
            if (entry->user == of.user) tell("was told of the own coming and going", of.user);
        }
    }
}

void check_snapshots(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::vector<const Subscribed*>> all;  // by channel
    for (const Subscribed& of : facts.subscriptions) {
        if (is_presence(of.channel)) all[of.channel].push_back(&of);
    }
    const auto tell = [&](const Subscribed& later, std::string_view what, std::uint32_t user) {
        violations.push_back(
            {"snapshots", fmt::format("client {} joined {} and was {} of {}", later.client,
                                      channel_name(later.channel), what, user_name(user))});
    };
    for (const auto& [channel, subscriptions] : all) {
        for (const Subscribed* const later : subscriptions) {
            if (later->from == never || facts.is_disturbed(later->asked, later->from)) continue;
            const Users users(later->members.begin(), later->members.end());
            Users must, may;
            for (const Subscribed* const other : subscriptions) {
                if (other->asked > later->from || other->to < later->asked - facts.spread) continue;
                may.insert(other->user);
                if (other->from < later->asked && other->to > later->from) must.insert(other->user);
            }
            for (const std::uint32_t user : must) {
                if (!users.contains(user)) tell(*later, "not told", user);
            }
            for (const std::uint32_t user : users) {
                if (!may.contains(user)) tell(*later, "told, long after the end,", user);
            }
        }
    }
}

void check_false_alarms(const Facts& facts, Violations& violations) {
    // Only Redis was not, for long enough.
    const auto was_well = [&](std::uint32_t node, TimePoint at) {
        return std::ranges::none_of(facts.faults, [&](const Fault& fault) {
            const bool counts = fault.node == node || fault.what == "redis clock" ||
                                fault.what == "redis full" || fault.what == "lose";
            return counts && fault.from <= at &&
                   (fault.to == never || fault.to + 2 * fault.aftermath >= at);
        });
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const Subscribed*>> members;
    for (const Subscribed& of : facts.subscriptions) {
        if (is_presence(of.channel)) members[{of.channel, of.user}].push_back(&of);
    }
    std::set<std::uint32_t> told;  // channels
    for (const Subscribed& of : facts.subscriptions) {
        for (const Entry* const entry : of.came) {
            if (entry->kind != Kind::member_removed || !was_well(of.node, entry->at)) continue;
            const auto& all = members[{of.channel, entry->user}];
            const bool is_false = std::ranges::any_of(all, [&](const Subscribed* member) {
                return member->from < entry->at - 2 * facts.recovery && member->to > entry->at &&
                       was_well(member->node, entry->at) &&
                       !facts.is_disturbed(member->node, member->asked, member->from);
            });
            if (!is_false || !told.insert(of.channel).second) continue;
            violations.push_back(
                {"false alarms", sim::text_of(*entry) + ", who was there all the time"});
        }
    }
}

void check_rosters_agree(const Facts& facts, Violations& violations) {
    const FlappingUsers flapping(facts);
    const ChangingCounts changing(facts);
    // By channel and event: what the first subscriber saw, and who that was.
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::pair<Users, std::uint32_t>> rosters;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::pair<std::uint64_t, std::uint32_t>>
        counts;
    std::set<std::uint32_t> told;
    for (const Subscribed& of : facts.subscriptions) {
        if (of.from == never) continue;
        Users users(of.members.begin(), of.members.end());
        std::optional<std::uint64_t> count;
        for (const Entry* const entry : of.came) {
            if (entry->kind == Kind::member_added) users.insert(entry->user);
            if (entry->kind == Kind::member_removed) users.erase(entry->user);
            if (entry->kind == Kind::counted) count = entry->number;
            if (entry->kind != Kind::got || of.is_last_event(*entry)) continue;
            const Published& event = facts.published.at(entry->number);
            if (facts.is_disturbed(of.node, std::min(event.at, of.asked), entry->at) ||
                facts.is_disturbed(event.node, event.at, entry->at)) {
                continue;
            }
            const std::pair key{of.channel, entry->number};
            const auto tell = [&](std::uint32_t other, const std::string& theirs,
                                  const std::string& own) {
                if (!told.insert(of.channel).second) return;
                violations.push_back(
                    {"rosters agree",
                     fmt::format("at #{} of {} client {} sees {}, client {} {}", entry->number,
                                 channel_name(of.channel), other, theirs, of.client, own)});
            };
            if (is_presence(of.channel)) {
                const auto& [seen, by] = rosters.try_emplace(key, users, of.client).first->second;
                if (seen != users && !flapping.may_explain(of.channel, entry->at, seen, users)) {
                    tell(by, text_of(seen), text_of(users));
                }
            }
            if (!count || changing.is_recent(of.channel, entry->at)) continue;
            const auto& [seen, by] = counts.try_emplace(key, *count, of.client).first->second;
            if (seen != *count) tell(by, std::to_string(seen), std::to_string(*count));
        }
    }
}

void check_rosters(const Facts& facts, Violations& violations) {
    for (const Moment& moment : moments_of(facts, facts.settling)) {
        Truth truth(facts, moment.at);
        for (const Subscribed& of : facts.subscriptions) {
            if (!is_presence(of.channel) || of.from > moment.settled || of.to <= moment.at)
                continue;
            const auto changed = [&](std::uint32_t user) {
                return truth.members_changed[{of.channel, user}];
            };
            const Users users = without_recent(seen_at(of, moment.at), changed, moment.settled);
            const Users expected =
                without_recent(truth.members[of.channel], changed, moment.settled);
            if (users == expected) continue;
            violations.push_back(
                {moment.is_at_rest ? "roster in the end" : "roster",
                 fmt::format("client {} on node {} sees {} on {}, it is {}", of.client, of.node,
                             text_of(users), channel_name(of.channel), text_of(expected))});
        }
    }
}

void check_queries(const Facts& facts, Violations& violations) {
    for (const Entry& entry : facts.entries) {
        if (entry.kind != Kind::answered || entry.text == "last event") continue;
        const bool is_at_rest = entry.at >= facts.rest;
        const TimePoint settled = is_at_rest ? entry.since : entry.since - facts.settling;
        if (!is_at_rest && facts.is_disturbed(settled, entry.at)) continue;
        Truth truth(facts, entry.at);
        const std::string_view check = is_at_rest ? "REST in the end" : "REST";
        if (entry.text == "users") {
            const auto changed = [&](std::uint32_t user) {
                return truth.members_changed[{entry.channel, user}];
            };
            const Users users =
                without_recent({entry.users.begin(), entry.users.end()}, changed, settled);
            const Users expected = without_recent(truth.members[entry.channel], changed, settled);
            if (users == expected) continue;
            violations.push_back(
                {std::string(check),
                 fmt::format("node {} has {} on {}, it is {}", entry.node, text_of(users),
                             channel_name(entry.channel), text_of(expected))});
            continue;
        }
        if (truth.counts_changed[entry.channel] > settled) continue;
        const std::uint64_t expected = entry.text == "members" ? truth.members[entry.channel].size()
                                                               : truth.subscriptions[entry.channel];
        if (entry.number == expected) continue;
        violations.push_back(
            {std::string(check),
             fmt::format("node {} says {} {} on {}, it is {}", entry.node, entry.number, entry.text,
                         channel_name(entry.channel), expected)});
    }
}

void check_counts(const Facts& facts, Violations& violations) {
    // Larger ones are told every five seconds.
    for (const Moment& moment : moments_of(facts, facts.settling + std::chrono::seconds(6))) {
        Truth truth(facts, moment.at);
        for (const Subscribed& of : facts.subscriptions) {
            if (is_presence(of.channel) || of.channel >= channel_names.size()) continue;
            if (of.from > moment.at || of.to <= moment.at) continue;
            if (truth.counts_changed[of.channel] > moment.settled) continue;
            std::optional<std::uint64_t> last;
            for (const Entry* const entry : of.came) {
                if (entry->kind == Kind::counted && entry->at <= moment.at) last = entry->number;
            }
            const std::uint64_t expected = truth.subscriptions.at(of.channel);
            if (last == expected) continue;
            violations.push_back(
                {"counts", fmt::format("client {} on node {} was told {} on {}, it is {}",
                                       of.client, of.node, last ? std::to_string(*last) : "nothing",
                                       channel_name(of.channel), expected)});
        }
    }
}

void check_webhooks(const Facts& facts, Violations& violations) {
    static constexpr std::array<std::tuple<std::string_view, int, bool>, 6> steps = {
        {{"channel_occupied", 0, true},
         {"channel_vacated", 0, false},
         {"member_added", 1, true},
         {"member_removed", 1, false},
         {"user_online", 2, true},
         {"user_offline", 2, false}}};
    // By what they are about, channel and user.
    std::map<std::tuple<int, std::uint32_t, std::uint32_t>, bool> is_there;
    std::map<std::uint32_t, std::uint64_t> counts;
    std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, int> undelivered;
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::webhook) {
            if (--undelivered[{entry.text, entry.channel, entry.user}] < 0) {
                violations.push_back(
                    {"webhooks", "one was delivered that nobody decided: " + sim::text_of(entry)});
            }
            continue;
        }
        if (entry.kind != Kind::webhook_taken) continue;
        ++undelivered[{entry.text, entry.channel, entry.user}];
        if (entry.text == "subscription_count") counts[entry.channel] = entry.number;
        for (const auto& [name, about, comes] : steps) {
            if (entry.text != name) continue;
            bool& before = is_there[{about, entry.channel, entry.user}];
            if (before == comes) {
                violations.push_back({"webhooks", "again: " + sim::text_of(entry)});
            }
            before = comes;
        }
    }
    Truth truth(facts, end_of(facts));
    const auto expect = [&](int about, std::uint32_t channel, std::uint32_t user, bool expected) {
        if (is_there[{about, channel, user}] == expected) return;
        violations.push_back({"webhooks", fmt::format("the last of {} {} says it is {}",
                                                      channel == none ? "" : channel_name(channel),
                                                      user == none ? "" : user_name(user),
                                                      expected ? "gone" : "there")});
    };
    for (std::uint32_t channel = 0; channel < channel_names.size(); ++channel) {
        expect(0, channel, none, truth.subscriptions[channel] > 0);
        if (!is_presence(channel)) {
            if (counts[channel] != truth.subscriptions[channel]) {
                violations.push_back(
                    {"webhooks",
                     fmt::format("the last count of {} is {}, it is {}", channel_name(channel),
                                 counts[channel], truth.subscriptions[channel])});
            }
            continue;
        }
        for (std::uint32_t user = 0; user < users_count; ++user) {
            expect(1, channel, user, truth.members[channel].contains(user));
        }
    }
    for (std::uint32_t user = 0; user < users_count; ++user) {
        expect(2, none, user, truth.online.contains(user));
    }
}

namespace {

/// A webhook that nobody has delivered yet; `key`: name, channel, user.
using Delivery = std::tuple<std::string, std::uint32_t, std::uint32_t>;

Delivery delivery_of(const Entry& entry) {
    return {entry.text, entry.channel, entry.user};
}

/// The latest webhook of a channel, member or user: whether it says that it is there.
std::optional<bool> told_presence(const Entry& entry) {
    for (const std::string_view there : {"channel_occupied", "member_added", "user_online"}) {
        if (entry.text == there) return true;
    }
    for (const std::string_view gone : {"channel_vacated", "member_removed", "user_offline"}) {
        if (entry.text == gone) return false;
    }
    return std::nullopt;
}

/// What a webhook's channel, member or user is at some time.
struct Present {
    bool is_there;
    TimePoint changed;
};

Present present(Truth& truth, std::uint32_t channel, std::uint32_t user) {
    if (channel == none) return {truth.online.contains(user), truth.online_changed[user]};
    if (user == none) {
        return {truth.subscriptions[channel] > 0, truth.counts_changed[channel]};
    }
    return {truth.members[channel].contains(user), truth.members_changed[{channel, user}]};
}

/// A cache channel without an event: the webhook comes, once a second at most, and only then.
void check_misses(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::vector<TimePoint>> missed, told;
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::missed) missed[entry.channel].push_back(entry.at);
        if (entry.kind == Kind::webhook_taken && entry.text == "cache_miss")
            told[entry.channel].push_back(entry.at);
    }
    const auto is_near = [&](const std::vector<TimePoint>& times, TimePoint at) {
        return std::ranges::any_of(times, [&](TimePoint time) {
            return time > at - facts.settling && time < at + facts.settling;
        });
    };
    const auto check = [&](std::uint32_t channel, TimePoint at,
                           const std::vector<TimePoint>& others, std::string_view what) {
        if (facts.is_disturbed(at - facts.settling, at + facts.settling) || is_near(others, at))
            return;
        if (at + facts.settling > facts.entries.back().at) return;
        violations.push_back({"webhooks", fmt::format("{} of {}", what, channel_name(channel))});
    };
    for (const auto& [channel, times] : missed) {
        for (const TimePoint at : times)
            check(channel, at, told[channel], "no webhook for a cache_miss");
    }
    for (const auto& [channel, times] : told) {
        for (const TimePoint at : times)
            check(channel, at, missed[channel], "a webhook for no cache_miss");
    }
}

}  // namespace

void check_deliveries(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::vector<const Entry*>> taken;  // by node
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::webhook_taken) taken[entry.node].push_back(&entry);
        if (entry.kind != Kind::webhook) continue;
        auto& waiting = taken[entry.node];
        // The latest of its kind: an earlier one may have been lost with a connection.
        const auto found = std::find_if(waiting.rbegin(), waiting.rend(), [&](const Entry* other) {
            return delivery_of(*other) == delivery_of(entry);
        });
        if (found != waiting.rend()) waiting.erase(std::prev(found.base()));
    }
    for (const auto& [node, undelivered] : taken) {
        for (const Entry* const entry : undelivered) {
            if (facts.is_disturbed(node, entry->at, entry->at + facts.spread)) continue;
            if (entry->at + facts.spread > facts.entries.back().at) continue;
            violations.push_back(
                {"webhooks", "taken and never delivered: " + sim::text_of(*entry)});
        }
    }
}

void check_webhooks_in_time(const Facts& facts, Violations& violations) {
    const Duration grace = std::chrono::seconds(facts.plan.grace_seconds);
    for (const Entry& entry : facts.entries) {
        if (entry.kind != Kind::webhook_taken || told_presence(entry) != false ||
            grace == Duration{})
            continue;
        if (facts.is_disturbed(entry.at - grace, entry.at)) continue;
        Truth truth(facts, entry.at);
        const Present now = present(truth, entry.channel, entry.user);
        const bool has_waited = now.is_there || now.changed + grace <= entry.at;
        // It has come back in this moment, or too late for the grace.
        if (has_waited && (!now.is_there || entry.at - now.changed < facts.settling)) continue;
        violations.push_back({"webhooks", "before the grace is over: " + sim::text_of(entry)});
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> told;
    auto next = facts.entries.begin();
    std::set<std::pair<std::uint32_t, std::uint32_t>> wrong;
    for (const Moment& moment : moments_of(facts, facts.settling + grace)) {
        if (moment.is_at_rest) continue;
        for (; next != facts.entries.end() && next->at <= moment.at; ++next) {
            if (next->kind != Kind::webhook_taken) continue;
            if (const auto is_there = told_presence(*next))
                told[{next->channel, next->user}] = *is_there;
        }
        Truth truth(facts, moment.at);
        const auto expect = [&](std::uint32_t channel, std::uint32_t user) {
            const Present now = present(truth, channel, user);
            if (now.changed > moment.settled || told[{channel, user}] == now.is_there) return;
            if (!wrong.emplace(channel, user).second) return;
            violations.push_back(
                {"webhooks",
                 fmt::format(
                     "{:.3f}: none says that {} {} is {}",
                     std::chrono::duration<double>(moment.at - facts.entries.front().at).count(),
                     channel == none ? "" : channel_name(channel),
                     user == none ? "" : user_name(user), now.is_there ? "there" : "gone")});
        };
        for (std::uint32_t channel = 0; channel < channel_names.size(); ++channel) {
            expect(channel, none);
            if (!is_presence(channel)) continue;
            for (std::uint32_t user = 0; user < users_count; ++user) expect(channel, user);
        }
        for (std::uint32_t user = 0; user < users_count; ++user) expect(none, user);
    }
    check_misses(facts, violations);
}

void check_watchlists(const Facts& facts, Violations& violations) {
    for (const Moment& moment : moments_of(facts, facts.settling)) {
        Truth truth(facts, moment.at);
        const auto changed = [&](std::uint32_t user) { return truth.online_changed[user]; };
        for (const auto& [client, of] : facts.connections) {
            if (of.signed_in > moment.settled || of.closed <= moment.at) continue;
            const auto later = std::ranges::find_if(
                of.watchlists, [&](const Entry* e) { return e->at > moment.settled; });
            if (later != of.watchlists.end() && (*later)->at <= moment.at) continue;
            const Users watchlist((*std::prev(later))->users.begin(),
                                  (*std::prev(later))->users.end());
            Users online;
            for (const Entry* const entry : of.seen) {
                if (entry->at > moment.at) break;
                for (const std::uint32_t user : entry->users) {
                    if (entry->kind == Kind::online) online.insert(user);
                    if (entry->kind == Kind::offline) online.erase(user);
                }
            }
            Users expected;
            std::ranges::set_intersection(watchlist, truth.online,
                                          std::inserter(expected, expected.end()));
            Users watched;
            std::ranges::set_intersection(watchlist, online, std::inserter(watched, watched.end()));
            expected = without_recent(expected, changed, moment.settled);
            watched = without_recent(watched, changed, moment.settled);
            if (watched == expected) continue;
            violations.push_back(
                {"watchlists", fmt::format("client {} on node {} sees {}, it is {}", client,
                                           of.node, text_of(watched), text_of(expected))});
        }
    }
}

void check_terminations(const Facts& facts, Violations& violations) {
    std::vector<const Entry*> terminations;
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::terminating) terminations.push_back(&entry);
    }
    for (const auto& [client, of] : facts.connections) {
        if (of.signing_in == never) continue;
        TimePoint latest{};
        for (const Entry* const entry : terminations) {
            if (entry->user != of.user || entry->at > of.closed) continue;
            latest = std::max(latest, entry->at);
            const bool is_calm = !facts.is_disturbed(entry->at, entry->at + facts.settling);
            const TimePoint must_be_over = is_calm ? entry->at + facts.settling : facts.rest;
            if (of.signed_in >= entry->at || of.closed <= must_be_over) continue;
            // It was lost with the node that accepted it, apart from Redis.
            if (facts.is_disturbed(entry->node, entry->at, entry->at + facts.spread)) {
                TimePoint until = entry->at + std::chrono::seconds(10);
                while (facts.is_disturbed(entry->node, until, until)) until += facts.spread;
                if (facts.has_ended(entry->node, entry->at, until)) continue;
            }
            violations.push_back(
                {"terminations", fmt::format("client {} of {} goes on after that at node {}",
                                             client, user_name(of.user), entry->node)});
        }
        const bool was_terminated = of.why.find("terminated") != std::string::npos;
        if (was_terminated && latest < of.signing_in) {
            violations.push_back(
                {"terminations", fmt::format("client {} of {} signed in after what ended it",
                                             client, user_name(of.user))});
        }
    }
}

void check_quota(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::uint32_t> admitted;  // guest → node
    bool is_exact = true;
    std::vector<const Entry*> refused;
    std::vector<std::pair<TimePoint, std::size_t>> counts;  ///< how many there are from then on
    std::uint32_t in_the_end = 0;
    std::uint32_t asked_in_the_end = 0;
    for (const Entry& entry : facts.entries) {
        if (counts.empty() || counts.back().second != admitted.size())
            counts.emplace_back(entry.at, admitted.size());
        if (entry.kind == Kind::ended) {
            std::erase_if(admitted, [&](const auto& of) { return of.second == entry.node; });
        }
        if (entry.kind != Kind::admitted) continue;
        if (entry.text == "ends") {
            admitted.erase(entry.client);
            continue;
        }
        if (entry.at > facts.rest) ++asked_in_the_end;
        if (entry.number == 0) {
            refused.push_back(&entry);
            continue;
        }
        if (entry.at > facts.rest) ++in_the_end;
        admitted[entry.client] = entry.node;
        bool is_disturbed = false;
        for (const auto& [_, node] : admitted) {
            is_disturbed = is_disturbed || facts.is_disturbed(node, entry.at, entry.at);
        }
        // While Redis cannot be reached the limit is not kept; what was let in then goes by and by.
        is_exact = is_disturbed ? false : (is_exact || admitted.size() <= 3);
        if (is_exact && admitted.size() > 3) {
            violations.push_back({"quota", fmt::format("{} guests at once: {}", admitted.size(),
                                                       sim::text_of(entry))});
        }
    }
    for (const Entry* const entry : refused) {
        const TimePoint from = entry->at - facts.settling;
        const TimePoint to = entry->at + facts.settling;
        if (facts.is_disturbed(from, to)) continue;
        bool was_full = false;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const bool is_over = i + 1 < counts.size() && counts[i + 1].first < from;
            was_full = was_full || (counts[i].second >= 3 && counts[i].first <= to && !is_over);
        }
        if (was_full) continue;
        violations.push_back({"quota", "refused, although there is room: " + sim::text_of(*entry)});
    }
    if (asked_in_the_end > 0 && (asked_in_the_end != 4 || in_the_end != 3)) {
        violations.push_back({"quota", fmt::format("in the end {} of {} guests were let in",
                                                   in_the_end, asked_in_the_end)});
    }
}

void check_answers(const Facts& facts, Violations& violations) {
    const auto expect = [&](std::uint32_t node, TimePoint asked, TimePoint answered,
                            TimePoint ended, const std::string& what) {
        const TimePoint until = asked + facts.settling;
        if (answered <= until || ended <= until || facts.is_disturbed(node, asked, until)) return;
        if (until > facts.entries.back().at) return;
        violations.push_back({"answers", what + " waits for long"});
    };
    for (const Subscribed& of : facts.subscriptions) {
        expect(of.node, of.asked, of.from, of.to,
               fmt::format("client {} on {}", of.client, channel_name(of.channel)));
    }
    for (const auto& [client, of] : facts.connections) {
        if (of.signing_in == never) continue;
        expect(of.node, of.signing_in, of.signed_in, of.closed,
               fmt::format("client {} who signs in", client));
    }
    for (const auto& [number, event] : facts.published) {
        if (event.is_refused) continue;
        expect(event.node, event.at, event.accepted, never, fmt::format("event #{}", number));
    }
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::fail) violations.push_back({"errors", sim::text_of(entry)});
    }
    for (const Subscribed& of : facts.subscriptions) {
        if (of.from != never || of.to != never) continue;
        violations.push_back(
            {"answers", fmt::format("client {} on node {} never joined {}", of.client, of.node,
                                    channel_name(of.channel))});
    }
    for (const auto& [client, of] : facts.connections) {
        if (of.signing_in == never || of.signed_in != never || of.closed != never) continue;
        violations.push_back(
            {"answers", fmt::format("client {} on node {} never signed in", client, of.node)});
    }
    for (const auto& [number, event] : facts.published) {
        if (event.accepted != never || event.is_refused) continue;
        if (facts.has_ended(event.node, event.at, end_of(facts))) continue;
        violations.push_back(
            {"answers", fmt::format("#{} at node {} was never answered", number, event.node)});
    }
}

}  // namespace carillon::sim
