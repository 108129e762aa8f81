#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carillon/base/named_set.hpp"
#include "carillon/base/time.hpp"
#include "topic.hpp"

namespace carillon {

/// One part of the key space, and this node's registration in it: each has its own node id and
/// lease. Owned by the shard that is the partition's home on this node.
struct Partition {
    enum class Registration : std::uint8_t {
        none,         ///< not registered, or no longer
        registering,  ///< sent, not answered
        resyncing,    ///< registered; the node sends its state
        registered,
    };

    std::uint8_t index = 0;
    std::string prefix;  ///< of its keys, with the hash tag
    NamedSet<Topic> topics;
    ProducerCounters applied;  ///< of all topics, including those that were removed

    Registration registration = Registration::none;
    std::string node;  ///< the id: the process, '.', a number
    std::uint64_t registrations = 0;
    std::string run_id;                     ///< of the server of the last registration
    std::vector<std::string> former_nodes;  ///< earlier ids, cleared once the resync is complete
    std::uint64_t operations = 0;           ///< number of the last operation of this id
    bool recovering = false;
    bool is_broken = false;  ///< scripts fail on its keys: the node cannot register
    unsigned failures = 0;   ///< failed registrations since then
    bool was_registered = false;
    std::size_t topics_to_resync = 0;
    std::vector<std::string> known_processes;  ///< registered at the last renewal
    TimePoint renew_at{};
    TimePoint retry_at = TimePoint::max();  ///< the next attempt, if registering has failed
    TimePoint renewed_at{};                 ///< when the last renewal was sent
    TimePoint due_at = TimePoint::max();    ///< when the first deferred entry is due
    bool renewing = false;
    bool taking_webhooks = false;
    std::uint64_t last_sent_event = 0;  ///< counter of the last event on this connection; 0: none
};

}  // namespace carillon
