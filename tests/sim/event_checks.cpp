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
            // Of those of one moment, too: they came to the node one after the other, on one
            // connection.
            const bool was_before =
                last != nullptr && (event.accepted < last->at ||
                                    (event.at == last->at && event.number < last->number));
            if (was_before) {
                violations.push_back(
                    {"publisher order", fmt::format("client {} got #{} of node {} on {} after #{}",
                                                    key.second, entry->number, event.node,
                                                    channel_name(key.first), last->number)});
            }
            if (last == nullptr || event.at >= last->at) last = &event;
        }
    }
}

void check_nothing_late(const Facts& facts, Violations& violations) {
    for (const Subscribed& of : facts.subscriptions) {
        for (const Entry* const entry : of.came) {
            if (entry->kind != Kind::got || of.is_last_event(*entry)) continue;
            const Published& event = facts.published.at(entry->number);
            if (event.at <= of.from || !is_calm(facts, event)) continue;
            const TimePoint latest = event.accepted + facts.spread;
            if (entry->at <= latest || facts.is_disturbed(of.node, event.at, latest)) continue;
            violations.push_back(
                {"late",
                 fmt::format("client {} got #{} of {} {:.1f} s after it was accepted", of.client,
                             event.number, channel_name(of.channel),
                             std::chrono::duration<double>(entry->at - event.accepted).count())});
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
    // Events, and what tells of members and counts: of the nodes that were there, and of the one
    // that returns.
    std::size_t bytes = 0;
    for (const auto& [_, other] : facts.published) {
        if (other.channel != event.channel || other.at > until) continue;
        // Whoever was apart publishes at the return what it has accepted meanwhile.
        const bool came_late =
            other.accepted != never &&
            facts.is_disturbed(other.node, other.at, other.accepted + redelivery);
        if (other.at >= event.at || came_late) bytes += 400;
    }
    for (const Subscribed& other : facts.subscriptions) {
        if (other.channel != event.channel || other.asked > until || other.to < event.at) continue;
        bytes += 150;
        if (other.asked >= event.at && other.to <= until) bytes += 150;
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
            if (!is_calm(facts, event) || event.accepted >= of.asked) continue;
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

void check_strays(const Facts& facts, Violations& violations) {
    for (const Entry* const entry : facts.strays) {
        violations.push_back({"strays", "not subscribed: " + text_of(*entry)});
    }
}

namespace {

/// The cached events of one channel.
class CachedEvents {
public:
    CachedEvents(const Facts& facts, std::uint32_t channel) : facts_(facts) {
        for (const auto& [_, event] : facts.published) {
            if (event.channel == channel) events_.push_back(&event);
        }
    }

    /// What is wrong with the beginning of a subscription; empty if nothing is, or nobody knows.
    [[nodiscard]] std::string fault_of(const Subscribed& of) const {
        const auto first = std::ranges::find_if(of.came, [](const Entry* entry) {
            return entry->kind == Kind::got || entry->kind == Kind::missed;
        });
        if (first == of.came.end() || (*first)->at != of.from) return "neither an event nor a miss";
        if (facts_.is_disturbed(of.node, of.asked, of.from)) return "";
        if ((*first)->kind == Kind::missed) return fault_of_miss(of);
        return fault_of_event(of, facts_.published.at((*first)->number));
    }

    /// The latest that was accepted before `until`; null if there is none, or if another may have
    /// its place.
    [[nodiscard]] const Published* last(TimePoint until) const {
        const Published* last = nullptr;
        for (const Published* const event : events_) {
            if (event->accepted < until && (last == nullptr || event->at > last->at)) last = event;
        }
        if (last == nullptr || !is_calm(facts_, *last) || facts_.may_be_forgotten(*last, until))
            return nullptr;
        const bool is_certain = std::ranges::all_of(events_, [&](const Published* other) {
            return other == last || other->is_refused || other->at > until ||
                   has_its_place_before(*other, *last, until);
        });
        return is_certain ? last : nullptr;
    }

private:
    /// In the order of all, whatever happened since.
    [[nodiscard]] bool has_its_place_before(const Published& other, const Published& last,
                                            TimePoint until) const {
        if (other.accepted == never) {
            // It was never answered: its node has ended, and what it had sent is carried out by
            // now.
            return facts_.has_ended(other.node, other.at, last.at - std::chrono::seconds(30));
        }
        if (other.accepted > last.at) return false;
        if (other.node == last.node) return true;
        // Nodes that were apart, or that send again what Redis has forgotten, come in any order.
        if (other.accepted < last.at - std::chrono::minutes(2)) return true;
        return !facts_.is_disturbed(other.node, other.at, last.accepted) &&
               !facts_.has_forgotten(other.at, until);
    }

    [[nodiscard]] std::string fault_of_miss(const Subscribed& of) const {
        const Published* const event = last(of.asked);
        const Duration stays = std::chrono::seconds(facts_.plan.cache_ttl_seconds);
        if (event == nullptr || event->at + stays <= of.from) return "";
        if (facts_.has_stepped(event->at, of.from)) return "";
        return fmt::format("a miss instead of #{}", event->number);
    }

    [[nodiscard]] std::string fault_of_event(const Subscribed& of, const Published& got) const {
        const Published* const event = last(of.asked);
        if (event != nullptr && event->number != got.number && got.accepted < event->at) {
            return fmt::format("#{} instead of #{}", got.number, event->number);
        }
        if (!is_calm(facts_, got)) return "";
        const Duration stays = std::chrono::seconds(facts_.plan.cache_ttl_seconds + 2);
        if (got.accepted + stays < of.asked && !facts_.is_disturbed(got.at, of.from)) {
            return fmt::format("#{}, which was too old", got.number);
        }
        // What Redis has forgotten is published again, by each node when it can.
        if (facts_.has_forgotten(got.at, of.asked)) return "";
        for (const Published* const other : events_) {
            // What came after the last event, and before the subscription, is missing: there is a
            // gap.
            const bool lies_between = other->at > got.accepted && other->at <= of.from &&
                                      is_calm(facts_, *other) &&
                                      other->accepted + facts_.spread < of.to;
            if (!lies_between ||
                facts_.is_disturbed(of.node, of.asked, other->accepted + facts_.spread))
                continue;
            const bool has_come = std::ranges::any_of(of.came, [&](const Entry* entry) {
                return entry->kind == Kind::got && entry->number == other->number;
            });
            if (!has_come) return fmt::format("#{}, and never #{}", got.number, other->number);
        }
        return "";
    }

    const Facts& facts_;
    std::vector<const Published*> events_;
};

}  // namespace

void check_cached_events(const Facts& facts, Violations& violations) {
    std::map<std::uint32_t, CachedEvents> channels;
    for (std::uint32_t i = 0; i < channels_count; ++i) {
        if (is_cache(i)) channels.emplace(i, CachedEvents(facts, i));
    }
    for (const Subscribed& of : facts.subscriptions) {
        if (!is_cache(of.channel) || of.from == never) continue;
        if (of.to <= of.from) continue;
        const std::string fault = channels.at(of.channel).fault_of(of);
        if (fault.empty()) continue;
        violations.push_back(
            {"cached event", fmt::format("client {} joined {} and got {}", of.client,
                                         channel_name(of.channel), fault)});
    }
    for (const Entry& entry : facts.entries) {
        if (entry.kind != Kind::answered || entry.text != "last event") continue;
        if (facts.is_disturbed(entry.node, entry.since, entry.at)) continue;
        const Published* const last = channels.at(entry.channel).last(entry.since);
        if (last == nullptr || last->number == entry.number) continue;
        const Duration stays = std::chrono::seconds(facts.plan.cache_ttl_seconds);
        const bool may_have_expired =
            last->at + stays <= entry.at || facts.has_stepped(last->at, entry.at);
        if (entry.number == 0 && may_have_expired) continue;
        // One that is published in this moment.
        if (entry.number != 0 && facts.published.at(entry.number).accepted >= last->at) continue;
        violations.push_back(
            {"cached event", fmt::format("node {} has #{} of {}, it is #{}", entry.node,
                                         entry.number, channel_name(entry.channel), last->number)});
    }
}

}  // namespace carillon::sim
