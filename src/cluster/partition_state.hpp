#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/named_set.hpp"
#include "carillon/base/time.hpp"
#include "carillon/base/transition.hpp"
#include "topic.hpp"
#include "webhook_journal.hpp"

namespace carillon {

struct ClusterContext;

// The state machines of a partition. Each has a transition function that asserts that the event is
// legal. Pure. Source: docs/cluster-internals.md, "Partition", has a diagram.

/// This node's registration in the partition.
enum class Registration : std::uint8_t {
    none,         ///< not registered, or no longer
    registering,  ///< sent, not answered
    resyncing,    ///< registered; the node sends its state
    registered,
};
enum class RegistrationEvent : std::uint8_t {
    start,  ///< under a new node id
    accept,
    complete,    ///< the resync
    fail,        ///< a script fails on the partition's keys
    disconnect,  ///< a lease may outlive that
    leave,
};
[[nodiscard]] Registration after(Registration state, RegistrationEvent event) noexcept;
/// Redis accepts the node's operations, as long as its lease is valid.
[[nodiscard]] constexpr bool is_valid(Registration state) noexcept {
    return state == Registration::resyncing || state == Registration::registered;
}

/// A call of which there is one at a time: a renewal, or the fetching of webhooks.
enum class Call : std::uint8_t { none, under_way };
enum class CallEvent : std::uint8_t {
    send,
    answer,
    abandon,  ///< the answer will not come, or is ignored
};
[[nodiscard]] Call after(Call state, CallEvent event) noexcept;

/// What to add to this node's clock for the partition's time: between `at_least` and `at_most`,
/// since the time that an answer tells was taken after the call was sent, and before the answer
/// came.
struct ClockOffset {
    Duration at_least{};
    Duration at_most{};

    [[nodiscard]] Duration error() const noexcept { return at_most - at_least; }
    [[nodiscard]] bool agrees(const ClockOffset& other) const noexcept {
        return at_least <= other.at_most && other.at_least <= at_most;
    }
};

/// One part of the key space, and this node's registration in it: each has its own node id and
/// lease. Owned by the shard that is the partition's home on this node.
struct Partition {
    /// The node has been registered before, by this process.
    [[nodiscard]] bool was_registered() const noexcept { return !run_id.empty(); }

    std::uint8_t index = 0;
    std::string prefix;  ///< of its keys, with the hash tag
    NamedSet<Topic> topics;
    ProducerCounters applied;  ///< of all topics, including those that were removed

    Registration registration = Registration::none;
    std::string node;  ///< the id: the process, '.', a number
    std::uint64_t registrations = 0;
    std::string run_id;  ///< of the server of the last registration; "": there was none
    std::vector<std::string> former_nodes;  ///< earlier ids, cleared once the resync is complete
    std::uint64_t operations = 0;           ///< number of the last operation of this id
    std::size_t topics_to_resync = 0;
    bool is_recovering = false;  ///< as Redis reported last
    bool is_broken = false;      ///< scripts fail on its keys: the node cannot register
    unsigned failures = 0;       ///< failed registrations since then

    WebhookJournal journal;

    Call renewal = Call::none;
    Call fetch = Call::none;                   ///< of webhooks
    std::vector<std::string> known_processes;  ///< registered at the last renewal
    TimePoint renew_at{};
    TimePoint retry_at = TimePoint::max();  ///< the next attempt, if registering has failed
    TimePoint renewed_at{};                 ///< when the last renewal was sent
    TimePoint due_at = TimePoint::max();    ///< when the first deferred entry is due
    /// Counter of the last event that was sent, or that Redis is known to have; 0: none.
    std::uint64_t last_sent_event = 0;
    /// Counter of the last event that Redis has confirmed. If Redis knows less, it has lost its
    /// memory: this is the node's marker in the partition, whatever the server's run_id.
    std::uint64_t last_confirmed_event = 0;
    /// Nothing on a new connection.
    std::optional<ClockOffset> clock_offset;
    /// The partition's time at which its clock was changed last: from before, no time can be told.
    std::chrono::milliseconds clock_changed{};
};

/// The last client of this node has left what the topic stands for, or the last connection of
/// `user` a presence channel: if webhooks have told of it, and Redis forgets that, this node says
/// so.
void note_departure(const ClusterContext& context, Topic& topic);
void note_departure(const ClusterContext& context, const Topic& topic, std::string_view user);

}  // namespace carillon
