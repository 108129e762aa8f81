#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "checks.hpp"

namespace carillon::sim {
namespace {

using Kind = Entry::Kind;

/// Events of backends as they came on a connection and channel, over all its subscriptions there.
using Stream = std::vector<std::pair<const Entry*, const Subscribed*>>;

std::map<std::pair<std::uint32_t, std::uint32_t>, Stream> streams_of(const Facts& facts,
                                                                     Kind kind) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, Stream> streams;
    for (const Subscribed& of : facts.subscriptions) {
        Stream& stream = streams[{of.channel, of.client}];
        for (const Entry* const entry : of.came) {
            if (entry->kind == kind && !of.is_last_event(*entry)) stream.emplace_back(entry, &of);
        }
    }
    return streams;
}

bool is_calm(const Facts& facts, const Published& event) {
    if (event.accepted == never) return false;
    return !facts.is_disturbed(event.node, event.at, event.accepted + facts.spread);
}

}  // namespace

void check_nothing_doubled(const Facts& facts, Violations& violations) {
    for (const Kind kind : {Kind::got, Kind::heard}) {
        for (const auto& [key, stream] : streams_of(facts, kind)) {
            std::set<std::uint64_t> seen;
            for (const auto& [entry, of] : stream) {
                if (seen.insert(entry->number).second) continue;
                violations.push_back(
                    {"doubled", fmt::format("client {} got #{} of {} twice", key.second,
                                            entry->number, channel_name(key.first))});
            }
        }
    }
}

void check_publisher_order(const Facts& facts, Violations& violations) {
    for (const auto& [key, stream] : streams_of(facts, Kind::got)) {
        // Of each process the latest request among those that came.
        std::map<std::pair<std::uint32_t, std::uint64_t>, const Published*> latest;
        for (const auto& [entry, of] : stream) {
            const Published& event = facts.published.at(entry->number);
            const Published*& last = latest[{event.node, event.process}];
            if (last != nullptr && event.accepted < last->at) {
                violations.push_back(
                    {"publisher order", fmt::format("client {} got #{} of node {} on {} after #{}",
                                                    key.second, entry->number, event.node,
                                                    channel_name(key.first), last->number)});
            }
            if (last == nullptr || event.at > last->at) last = &event;
        }
    }
}

void check_one_order(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::map<std::uint64_t, std::set<std::uint64_t>>> after;  // by channel
    for (const auto& [key, stream] : streams_of(facts, Kind::got)) {
        const Published* latest = nullptr;
        std::optional<std::uint64_t> before;
        for (const auto& [entry, of] : stream) {
            const Published& event = facts.published.at(entry->number);
            if (!is_calm(facts, event) || event.at <= of->asked) continue;
            if (facts.is_disturbed(of->node, event.at, event.accepted + facts.spread)) continue;
            if (latest != nullptr && event.accepted < latest->at) {
                violations.push_back(
                    {"one order",
                     fmt::format("client {} got #{} on {} after #{}", key.second, entry->number,
                                 channel_name(key.first), latest->number)});
            }
            if (latest == nullptr || event.at > latest->at) latest = &event;
            auto& edges = after[key.first];
            edges[entry->number];
            if (before && *before != entry->number) edges[*before].insert(entry->number);
            before = entry->number;
        }
    }
    for (auto& [channel, edges] : after) {
        std::map<std::uint64_t, int> in_front;
        for (const auto& [from, followers] : edges) {
            for (const std::uint64_t to : followers) ++in_front[to];
        }
        std::vector<std::uint64_t> free;
        for (const auto& [number, _] : edges) {
            if (in_front[number] == 0) free.push_back(number);
        }
        std::size_t placed = 0;
        while (!free.empty()) {
            const std::uint64_t number = free.back();
            free.pop_back();
            ++placed;
            for (const std::uint64_t to : edges[number]) {
                if (--in_front[to] == 0) free.push_back(to);
            }
        }
        if (placed == edges.size()) continue;
        violations.push_back(
            {"one order", fmt::format("{} events of {} come in circles", edges.size() - placed,
                                      channel_name(channel))});
    }
}

namespace {

/// What docs/cluster.md does not promise.
bool may_be_lost(const Facts& facts, const Published& event, const Subscribed& of) {
    const Duration redelivery = std::chrono::seconds(10);
    const bool publisher_apart =
        facts.is_disturbed(event.node, event.at, event.accepted + facts.spread);
    const bool subscriber_apart =
        facts.is_disturbed(of.node, event.at, event.accepted + facts.spread);
    // A node accepted it while it was apart from Redis, or Redis has forgotten it again, and the
    // node ended before Redis knew of it.
    if (publisher_apart || facts.has_forgotten(event.at, event.accepted + redelivery)) {
        TimePoint until = event.accepted + redelivery;
        while (facts.is_disturbed(event.node, until, until)) until += std::chrono::seconds(1);
        if (facts.has_ended(event.node, event.at, until)) return true;
    }
    // The subscription began while its node was apart: only then does it get a place in the order.
    if (facts.is_disturbed(of.node, of.asked, of.from) &&
        facts.is_disturbed(of.node, of.from, event.at)) {
        return true;
    }
    if (!subscriber_apart) return false;
    // Its node could not listen for longer than a ring lasts, or than Redis remembered.
    TimePoint until = event.accepted;
    while (facts.is_disturbed(of.node, until, until)) until += std::chrono::seconds(1);
    if (until - event.at > std::chrono::seconds(55)) return true;
    if (facts.has_forgotten(event.accepted + redelivery, until)) return true;
    std::size_t bytes = 0;
    for (const auto& [_, other] : facts.published) {
        if (other.channel == event.channel && other.at >= event.at && other.at <= until)
            bytes += 400;
    }
    return bytes > facts.plan.ring_bytes;
}

}  // namespace

void check_nothing_lost(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, std::vector<const Published*>> accepted;  // by channel
    for (const auto& [_, event] : facts.published) {
        if (event.accepted != never) accepted[event.channel].push_back(&event);
    }
    for (const Subscribed& of : facts.subscriptions) {
        if (of.from == never) continue;
        std::set<std::uint64_t> got;
        for (const Entry* const entry : of.came) {
            if (entry->kind == Kind::got) got.insert(entry->number);
        }
        for (const Published* const event : accepted[of.channel]) {
            if (event->at <= of.from || got.contains(event->number)) continue;
            const bool lasts = of.to == never;
            const bool was_calm =
                event->accepted + facts.spread < of.to && is_calm(facts, *event) &&
                !facts.is_disturbed(of.node, event->at, event->accepted + facts.spread);
            if (!lasts && !was_calm) continue;
            if (may_be_lost(facts, *event, of)) continue;
            violations.push_back(
                {"lost",
                 fmt::format("client {} on node {} never got #{} of {}, which node {} accepted",
                             of.client, of.node, event->number, channel_name(of.channel),
                             event->node)});
        }
    }
}

void check_nothing_old(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        if (facts.is_disturbed(of.node, of.asked, of.from)) continue;
        for (const Entry* const entry : of.came) {
            if (entry->kind != Kind::got || of.is_last_event(*entry)) continue;
            const Published& event = facts.published.at(entry->number);
            if (!is_calm(facts, event) || event.accepted + facts.spread >= of.asked) continue;
            if (facts.has_forgotten(event.at, event.accepted + std::chrono::seconds(15))) continue;
            violations.push_back(
                {"old", fmt::format("client {} got #{} of {} from before it subscribed", of.client,
                                    event.number, channel_name(of.channel))});
        }
    }
}

void check_client_events(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        std::set<std::uint64_t> heard;
        for (const Entry* const entry : of.came) {
            if (entry->kind != Kind::heard) continue;
            heard.insert(entry->number);
            if (entry->user != of.client) continue;
            violations.push_back({"client events", fmt::format("client {} heard its own #{}",
                                                               of.client, entry->number)});
        }
        for (const auto& [number, event] : facts.spoken) {
            if (event.channel != of.channel || event.client == of.client || event.at <= of.from)
                continue;
            if (of.to < event.at + facts.spread || heard.contains(number)) continue;
            if (facts.is_disturbed(of.node, event.at, event.at + facts.spread)) continue;
            if (facts.is_disturbed(event.node, event.at, event.at + facts.spread)) continue;
            violations.push_back(
                {"client events", fmt::format("client {} never heard #{} of {}", of.client, number,
                                              channel_name(of.channel))});
        }
    }
}

void check_refusals(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        for (const Entry* const entry : of.came) {
            if (entry->kind != Kind::got || !facts.published.at(entry->number).is_refused) continue;
            violations.push_back({"refusals", fmt::format("client {} got #{}, which was refused",
                                                          of.client, entry->number)});
        }
    }
}

void check_cached_events(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        if (!is_cache(of.channel) || of.asked < facts.rest || of.from == never) continue;
        const Published* last = nullptr;
        for (const auto& [_, event] : facts.published) {
            if (event.channel != of.channel || event.accepted > of.asked) continue;
            if (last == nullptr || event.at > last->at) last = &event;
        }
        // Which one is the last is known only if it was published while nothing was wrong, and
        // alone.
        if (last == nullptr || !is_calm(facts, *last)) continue;
        if (facts.has_forgotten(last->at, of.asked)) continue;
        const bool is_the_only_one = std::ranges::none_of(facts.published, [&](const auto& entry) {
            const Published& other = entry.second;
            return &other != last && other.channel == of.channel &&
                   (other.accepted == never ? !other.is_refused : other.accepted > last->at) &&
                   other.at <= of.asked;
        });
        // An event that was accepted while its node was apart may have come after it.
        const bool is_late = std::ranges::any_of(facts.published, [&](const auto& entry) {
            const Published& other = entry.second;
            return other.channel == of.channel && other.at < last->at &&
                   facts.is_disturbed(other.node, last->at, last->accepted);
        });
        if (!is_the_only_one || is_late) continue;
        const auto first = std::ranges::find_if(of.came, [](const Entry* entry) {
            return entry->kind == Kind::got || entry->kind == Kind::missed;
        });
        const bool is_right = first != of.came.end() && (*first)->kind == Kind::got &&
                              (*first)->number == last->number;
        if (is_right) continue;
        violations.push_back(
            {"cached event",
             fmt::format("client {} joined {} and got {} instead of #{}", of.client,
                         channel_name(of.channel),
                         first == of.came.end()           ? std::string("nothing")
                         : (*first)->kind == Kind::missed ? std::string("a miss")
                                                          : fmt::format("#{}", (*first)->number),
                         last->number)});
    }
}

}  // namespace carillon::sim
