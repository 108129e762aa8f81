#include "facts.hpp"

#include <algorithm>
#include <chrono>

namespace carillon::sim {
namespace {

using Kind = Entry::Kind;

}  // namespace

bool Fault::forgets() const {
    return what == "redis older" || what == "redis nothing" || what == "redis failover" ||
           what == "redis flush";
}

Facts::Facts(const Plan& of, const History& history)
    : plan(of),
      entries(history.entries()),
      recovery(std::chrono::seconds(of.lease_seconds + 5) +
               std::chrono::milliseconds(of.timeout_ms)) {
    for (const Entry& entry : entries) {
        take_publish(entry);
        take_subscription(entry);
        take_connection(entry);
        take_fault(entry);
        if (entry.kind == Kind::quiet) quiet = entry.at;
        if (entry.kind == Kind::note && entry.text == "rest") rest = entry.at;
    }
}

void Facts::take_publish(const Entry& entry) {
    if (entry.kind == Kind::began) processes_[entry.node] = entry.number;
    if (entry.kind == Kind::publishing) {
        published[entry.number] = {.number = entry.number,
                                   .channel = entry.channel,
                                   .node = entry.node,
                                   .process = processes_[entry.node],
                                   .at = entry.at};
    } else if (entry.kind == Kind::accepted) {
        published[entry.number].accepted = entry.at;
    } else if (entry.kind == Kind::refused) {
        published[entry.number].is_refused = true;
    } else if (entry.kind == Kind::speaking) {
        spoken[entry.number] = {.number = entry.number,
                                .channel = entry.channel,
                                .node = entry.node,
                                .client = entry.client,
                                .at = entry.at};
    }
}

void Facts::end_subscription(std::uint32_t client, std::uint32_t channel, TimePoint at) {
    const auto found = open_.find({client, channel});
    if (found == open_.end()) return;
    subscriptions[found->second].to = at;
    open_.erase(found);
}

void Facts::take_subscription(const Entry& entry) {
    if (entry.kind == Kind::closed) {
        for (std::uint32_t i = 0; i < channels_count; ++i) {
            end_subscription(entry.client, i, entry.at);
        }
        return;
    }
    if (entry.kind == Kind::left) return end_subscription(entry.client, entry.channel, entry.at);
    if (entry.kind == Kind::asked) {
        open_[{entry.client, entry.channel}] = subscriptions.size();
        subscriptions.push_back({.client = entry.client,
                                 .channel = entry.channel,
                                 .node = entry.node,
                                 .user = entry.user,
                                 .asked = entry.at});
        return;
    }
    take_arrival(entry);
}

void Facts::take_arrival(const Entry& entry) {
    const bool is_of_channel = entry.kind == Kind::joined || entry.kind == Kind::got ||
                               entry.kind == Kind::heard || entry.kind == Kind::missed ||
                               entry.kind == Kind::member_added ||
                               entry.kind == Kind::member_removed || entry.kind == Kind::counted;
    if (!is_of_channel) return;
    const auto found = open_.find({entry.client, entry.channel});
    if (found == open_.end()) return strays.push_back(&entry);
    Subscribed& of = subscriptions[found->second];
    if (entry.kind == Kind::joined) {
        if (of.from != never) return strays.push_back(&entry);
        of.from = entry.at;
        of.members = entry.users;
        return;
    }
    if (of.from == never) return strays.push_back(&entry);
    of.came.push_back(&entry);
}

void Facts::take_connection(const Entry& entry) {
    if (entry.kind == Kind::opened) {
        connections[entry.client] = {
            .client = entry.client, .node = entry.node, .user = entry.user, .at = entry.at};
        return;
    }
    const auto found = connections.find(entry.client);
    if (found == connections.end() || entry.kind == Kind::admitted) return;
    Connected& of = found->second;
    if (entry.kind == Kind::closed) {
        of.closed = entry.at;
        of.why = entry.text;
    } else if (entry.kind == Kind::signing_in) {
        if (of.signing_in == never) of.signing_in = entry.at;
        of.watchlists.push_back(&entry);
    } else if (entry.kind == Kind::signed_in) {
        if (of.signed_in == never) of.signed_in = entry.at;
    } else if (entry.kind == Kind::online || entry.kind == Kind::offline) {
        of.seen.push_back(&entry);
    }
}

void Facts::take_fault(const Entry& entry) {
    if (entry.kind == Kind::ended) node_ends.emplace_back(entry.node, entry.at);
    if (entry.kind != Kind::fault_began && entry.kind != Kind::fault_ended) return;
    Fault fault{.what = entry.text, .node = entry.node, .from = entry.at, .aftermath = recovery};
    if (const std::size_t amount = fault.what.find_first_of("-0123456789");
        amount != std::string::npos) {
        fault.amount = std::stoll(fault.what.substr(amount));
        fault.what.erase(amount - 1);
    }
    // What nobody else notices is found when all topics are compared.
    if (fault.what == "lose")
        fault.aftermath = std::max<Duration>(recovery, std::chrono::seconds(25));
    if (entry.kind == Kind::fault_began) return faults.push_back(fault);
    const auto begun = std::ranges::find_if(faults, [&](const Fault& other) {
        return other.to == never && other.what == fault.what && other.amount == fault.amount &&
               other.node == fault.node;
    });
    if (begun != faults.end()) begun->to = entry.at;
}

bool Facts::is_disturbed(std::uint32_t node, TimePoint begin, TimePoint end) const {
    return std::ranges::any_of(faults, [&](const Fault& fault) {
        return (fault.node == none || fault.node == node) && fault.from <= end &&
               (fault.to == never || fault.to >= begin - fault.aftermath);
    });
}

bool Facts::is_disturbed(TimePoint begin, TimePoint end) const {
    return std::ranges::any_of(faults, [&](const Fault& fault) {
        return fault.from <= end && (fault.to == never || fault.to >= begin - fault.aftermath);
    });
}

bool Facts::has_forgotten(TimePoint begin, TimePoint end) const {
    return std::ranges::any_of(faults, [&](const Fault& fault) {
        return fault.forgets() && fault.from <= end && (fault.to == never || fault.to >= begin);
    });
}

bool Facts::may_be_forgotten(const Published& event, TimePoint until) const {
    return std::ranges::any_of(faults, [&](const Fault& fault) {
        if (!fault.forgets() || fault.from > until || (fault.to != never && fault.to < event.at))
            return false;
        // Nodes keep an event for ten seconds after Redis has confirmed it.
        if (event.accepted < fault.from - std::chrono::seconds(9)) return true;
        if (fault.to == never || fault.to + recovery > until) return true;
        return has_ended(event.node, event.at, fault.to + recovery);
    });
}

bool Facts::has_stepped(TimePoint begin, TimePoint end) const {
    return std::ranges::any_of(faults, [&](const Fault& fault) {
        return fault.what == "redis clock" && fault.from <= end && fault.from >= begin;
    });
}

bool Facts::has_ended(std::uint32_t node, TimePoint begin, TimePoint end) const {
    return std::ranges::any_of(node_ends, [&](const auto& entry) {
        return entry.first == node && entry.second >= begin && entry.second <= end;
    });
}

}  // namespace carillon::sim
