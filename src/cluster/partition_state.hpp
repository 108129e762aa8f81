#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carillon/base/named_set.hpp"
#include "carillon/base/time.hpp"
#include "topic.hpp"

namespace carillon {

/// One of the parts of the keyspace, as far as this node is in it: registered there under an id
/// of its own, with a lease of its own. Of the shard that is the partition's home on this node.
struct Partition {
    enum class Registration : std::uint8_t {
        none,         ///< not registered, or not any more
        registering,  ///< asked for it
        resyncing,    ///< registered; tells what the node holds
        registered,
    };

    std::uint8_t number = 0;
    std::string prefix;  ///< of its keys, with the hash tag
    NamedSet<Topic> topics;
    ProducerCounters heard;  ///< of all topics, those that are forgotten included

    Registration registration = Registration::none;
    std::string node;  ///< the id: the process, '.', a number
    std::uint64_t registrations = 0;
    std::string run_id;               ///< of the server that it was registered at last
    std::vector<std::string> former;  ///< ids before this one, to be cleared once all is resynced
    std::uint64_t operations = 0;     ///< of this id
    bool recovering = false;
    bool is_broken = false;  ///< scripts fail on its keys: it cannot be registered in
    unsigned failures = 0;   ///< attempts to register since it is
    bool was_registered = false;
    std::size_t to_resync = 0;       ///< topics
    std::vector<std::string> known;  ///< processes that were registered when we last looked
    TimePoint renew_at{};
    TimePoint retry_at = TimePoint::max();  ///< if registering has failed, of the next attempt
    TimePoint asked_at{};                   ///< when it was renewed last
    TimePoint due_at = TimePoint::max();    ///< something that was put off is to be said
    bool renewing = false;
    bool taking = false;                ///< webhooks
    std::uint64_t last_sent_event = 0;  ///< on this connection; 0: none
};

}  // namespace carillon
