#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "history.hpp"
#include "plan.hpp"

namespace carillon::sim {

/// An event that a backend published, or a client.
struct Published {
    std::uint64_t number = 0;
    std::uint32_t channel = 0;
    std::uint32_t node = 0;
    std::uint64_t process = 0;  ///< of the node, which one
    std::uint32_t client = none;
    TimePoint at{};
    TimePoint accepted = never;
    bool is_refused = false;
};

/// From the moment in which a client asked for a channel to the one in which it gave it up.
struct Subscribed {
    std::uint32_t client = 0;
    std::uint32_t channel = 0;
    std::uint32_t node = 0;
    std::uint32_t user = 0;
    TimePoint asked{};
    TimePoint from = never;  ///< success came
    TimePoint to = never;    ///< never: it lasts until the end
    std::vector<std::uint32_t> members = {};
    std::vector<const Entry*> came = {};  ///< all that came for it, in order

    /// With it a subscription to a cache channel begins: it has no place among the others.
    [[nodiscard]] bool is_last_event(const Entry& entry) const {
        return is_cache(channel) && entry.at == from && &entry == came.front();
    }
};

struct Connected {
    std::uint32_t client = 0;
    std::uint32_t node = 0;
    std::uint32_t user = 0;
    TimePoint at{};
    TimePoint closed = never;
    std::string why = {};
    TimePoint signing_in = never;
    TimePoint signed_in = never;
    std::vector<const Entry*> watchlists =
        {};                               ///< the sign-ins, each of which replaces the one before
    std::vector<const Entry*> seen = {};  ///< of its watchlist, in order
};

struct Fault {
    std::string what;
    std::int64_t amount = 0;
    std::uint32_t node = none;
    TimePoint from{};
    TimePoint to = never;

    Duration aftermath{};  ///< until everything is as before

    /// Redis may not know afterwards what it knew before.
    [[nodiscard]] bool forgets() const;
    /// A node's process is over.
    [[nodiscard]] bool ends_node() const { return what == "kill" || what == "stop"; }
};

/// What a history says, sorted by what it is about. Views of the history.
class Facts {
public:
    Facts(const Plan& plan, const History& history);

    /// Some fault of Redis or of the node lasted between these times, or had ended for less than
    /// the time that the cluster takes until everything is as before.
    [[nodiscard]] bool is_disturbed(std::uint32_t node, TimePoint begin, TimePoint end) const;
    /// The same for all nodes.
    [[nodiscard]] bool is_disturbed(TimePoint begin, TimePoint end) const;
    /// Redis may have forgotten something.
    [[nodiscard]] bool has_forgotten(TimePoint begin, TimePoint end) const;
    /// It may have forgotten an event, and nobody has sent it again until then.
    [[nodiscard]] bool may_be_forgotten(const Published& event, TimePoint until) const;
    /// Redis' clock was set.
    [[nodiscard]] bool has_stepped(TimePoint begin, TimePoint end) const;
    /// The process of a node was over, whatever ended it.
    [[nodiscard]] bool has_ended(std::uint32_t node, TimePoint begin, TimePoint end) const;

    const Plan& plan;
    const std::vector<Entry>& entries;
    std::map<std::uint64_t, Published> published;  ///< by backends
    std::map<std::uint64_t, Published> spoken;     ///< by clients
    std::vector<Subscribed> subscriptions;
    std::vector<const Entry*> strays;  ///< what came to a client that was not subscribed
    std::map<std::uint32_t, Connected> connections;
    std::vector<Fault> faults;
    std::vector<std::pair<std::uint32_t, TimePoint>> node_ends;
    TimePoint quiet{};  ///< the last fault has ended
    TimePoint rest{};   ///< everything must be right
    /// Until a node is back where it was after a fault: the lease, and what docs/cluster.md gives
    /// the others after it.
    const Duration recovery;
    /// Until an event is everywhere while nothing is wrong.
    const Duration spread = std::chrono::seconds(1);
    /// Until everybody knows of a change while nothing is wrong.
    const Duration settling = std::chrono::seconds(3);

private:
    void take_subscription(const Entry& entry);
    void take_connection(const Entry& entry);
    void take_publish(const Entry& entry);
    void take_fault(const Entry& entry);
    void take_arrival(const Entry& entry);
    void end_subscription(std::uint32_t client, std::uint32_t channel, TimePoint at);

    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> open_;
    std::map<std::uint32_t, std::uint64_t> processes_;
};

}  // namespace carillon::sim
