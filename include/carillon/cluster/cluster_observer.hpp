#pragma once

#include <string_view>

#include "carillon/cluster/script.hpp"

namespace carillon {

/// What happens to a shard's share in the cluster, for a log. On the shard's thread.
class ClusterObserver {
public:
    virtual ~ClusterObserver() = default;
    /// `other_server`: it is not the server process of the last connection.
    virtual void on_connected(bool other_server) = 0;
    /// Once for each loss, not for each attempt to connect again.
    virtual void on_connection_lost(std::string_view why) = 0;
    /// Connected and registered in all partitions, after a loss.
    virtual void on_registered_again() = 0;
    /// Events are delivered to this node's clients without waiting for Redis.
    virtual void on_detached() = 0;
    /// The sweep has found that this node was wrong about a topic, whose kind is the letter in
    /// docs/cluster-internals.md, and has set it right: a fault of the logic.
    virtual void on_repaired(std::string_view prefix, char kind) = 0;
    /// A script failed on the keys that begin with `prefix`, or its reply is malformed. May come
    /// with every call.
    virtual void on_script_failure(Script script, std::string_view prefix,
                                   std::string_view what) = 0;
};

}  // namespace carillon
