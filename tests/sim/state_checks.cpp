#include <fmt/format.h>

#include <algorithm>
#include <array>
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

/// What is so at some time, by what clients have asked for until then.
struct Truth {
    Truth(const Facts& facts, TimePoint at) {
        for (const Subscribed& of : facts.subscriptions) {
            if (of.asked > at || of.to <= at) continue;
            ++subscriptions[of.channel];
            members[of.channel].insert(of.user);
        }
        for (const auto& [_, of] : facts.connections) {
            if (of.signing_in <= at && of.closed > at) online.insert(of.user);
        }
    }

    std::map<std::uint32_t, std::uint64_t> subscriptions;
    std::map<std::uint32_t, Users> members;
    Users online;
};

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
    std::map<std::uint32_t, std::vector<const Subscribed*>> joined;  // by channel
    for (const Subscribed& of : facts.subscriptions) {
        if (is_presence(of.channel) && of.from != never) joined[of.channel].push_back(&of);
    }
    for (const auto& [channel, all] : joined) {
        for (const Subscribed* const later : all) {
            if (facts.is_disturbed(later->node, later->asked, later->from)) continue;
            const Users users(later->members.begin(), later->members.end());
            for (const Subscribed* const before : all) {
                if (before->from >= later->asked || before->to <= later->from) continue;
                if (users.contains(before->user)) continue;
                if (facts.is_disturbed(before->node, before->asked, later->from)) continue;
                violations.push_back(
                    {"snapshots",
                     fmt::format("client {} joined {} and was not told of {}, client {}, who had",
                                 later->client, channel_name(channel), user_name(before->user),
                                 before->client)});
            }
        }
    }
}

void check_rosters_agree(const Facts& facts, Violations& violations) {
    const FlappingUsers flapping(facts);
    // By channel and event: what the first subscriber saw, and who that was.
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::pair<Users, std::uint32_t>> seen;
    std::set<std::uint32_t> told;
    for (const Subscribed& of : facts.subscriptions) {
        if (!is_presence(of.channel) || of.from == never) continue;
        Users users(of.members.begin(), of.members.end());
        for (const Entry* const entry : of.came) {
            if (entry->kind == Kind::member_added) users.insert(entry->user);
            if (entry->kind == Kind::member_removed) users.erase(entry->user);
            if (entry->kind != Kind::got || of.is_last_event(*entry)) continue;
            const Published& event = facts.published.at(entry->number);
            if (facts.is_disturbed(of.node, std::min(event.at, of.asked), entry->at) ||
                facts.is_disturbed(event.node, event.at, entry->at)) {
                continue;
            }
            const auto [known, is_new] =
                seen.try_emplace({of.channel, entry->number}, users, of.client);
            if (is_new || flapping.may_explain(of.channel, entry->at, known->second.first, users) ||
                !told.insert(of.channel).second) {
                continue;
            }
            violations.push_back(
                {"rosters agree",
                 fmt::format("at #{} of {} client {} sees {}, client {} {}", entry->number,
                             channel_name(of.channel), known->second.second,
                             text_of(known->second.first), of.client, text_of(users))});
        }
    }
}

void check_rosters_in_the_end(const Facts& facts, Violations& violations) {
    for (const TimePoint at : {facts.rest, end_of(facts)}) {
        const Truth truth(facts, at);
        for (const Subscribed& of : facts.subscriptions) {
            if (!is_presence(of.channel) || of.from > at || of.to <= at) continue;
            const Users users = seen_at(of, at);
            const Users& expected = truth.members.at(of.channel);
            if (users == expected) continue;
            violations.push_back(
                {"roster in the end",
                 fmt::format("client {} on node {} sees {} on {}, it is {}", of.client, of.node,
                             text_of(users), channel_name(of.channel), text_of(expected))});
        }
    }
    for (const Entry& entry : facts.entries) {
        if (entry.kind != Kind::answered || entry.at < facts.rest) continue;
        Truth truth(facts, entry.at);
        if (entry.text == "users") {
            const Users users(entry.users.begin(), entry.users.end());
            const Users& expected = truth.members[entry.channel];
            if (users == expected) continue;
            violations.push_back(
                {"REST in the end",
                 fmt::format("node {} has {} on {}, it is {}", entry.node, text_of(users),
                             channel_name(entry.channel), text_of(expected))});
        } else if (entry.number != truth.subscriptions[entry.channel]) {
            violations.push_back(
                {"REST in the end",
                 fmt::format("node {} counts {} on {}, it is {}", entry.node, entry.number,
                             channel_name(entry.channel), truth.subscriptions[entry.channel])});
        }
    }
}

void check_counts(const Facts& facts, Violations& violations) {
    for (const TimePoint at : {facts.rest, end_of(facts)}) {
        const Truth truth(facts, at);
        for (const Subscribed& of : facts.subscriptions) {
            if (is_presence(of.channel) || of.channel >= channel_names.size()) continue;
            if (of.from > at || of.to <= at) continue;
            std::optional<std::uint64_t> last;
            for (const Entry* const entry : of.came) {
                if (entry->kind == Kind::counted && entry->at <= at) last = entry->number;
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

void check_watchlists(const Facts& facts, Violations& violations) {
    for (const TimePoint at : {facts.rest, end_of(facts)}) {
        const Truth truth(facts, at);
        for (const auto& [client, of] : facts.connections) {
            if (of.signed_in > at || of.closed <= at) continue;
            Users online;
            for (const Entry* const entry : of.seen) {
                if (entry->at > at) break;
                for (const std::uint32_t user : entry->users) {
                    if (entry->kind == Kind::online) online.insert(user);
                    if (entry->kind == Kind::offline) online.erase(user);
                }
            }
            Users expected;
            std::ranges::set_intersection(of.watchlist, truth.online,
                                          std::inserter(expected, expected.end()));
            Users watched;
            std::ranges::set_intersection(of.watchlist, online,
                                          std::inserter(watched, watched.end()));
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
            const bool must_end = of.signed_in < entry->at && of.closed > facts.rest;
            if (!must_end) continue;
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
    std::uint32_t in_the_end = 0;
    std::uint32_t asked_in_the_end = 0;
    for (const Entry& entry : facts.entries) {
        if (entry.kind == Kind::ended) {
            std::erase_if(admitted, [&](const auto& of) { return of.second == entry.node; });
        }
        if (entry.kind != Kind::admitted) continue;
        if (entry.text == "ends") {
            admitted.erase(entry.client);
            continue;
        }
        if (entry.at > facts.rest) ++asked_in_the_end;
        if (entry.number == 0) continue;
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
    if (asked_in_the_end > 0 && (asked_in_the_end != 4 || in_the_end != 3)) {
        violations.push_back({"quota", fmt::format("in the end {} of {} guests were let in",
                                                   in_the_end, asked_in_the_end)});
    }
}

void check_answers(const Facts& facts, Violations& violations) {
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
