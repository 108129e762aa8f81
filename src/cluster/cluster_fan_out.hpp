#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/channels/home.hpp"
#include "cluster_context.hpp"
#include "topic.hpp"
#include "topic_reader.hpp"

namespace carillon {

/// Applies a topic's messages and snapshots to this node's state of it, and sends the shards of its
/// clients what follows.
class ClusterFanOut {
public:
    ClusterFanOut(ClusterContext& context, const Home::Send& send)
        : context_(context), send_(send) {}

    /// `accepted`: when the event was accepted by REST, as far as this node knows.
    void apply(Topic& topic, const BusMessage& message, TimePoint accepted);
    /// The topic's state, from a read: announces the difference to what was known. False if there
    /// is none.
    bool apply_snapshot(Topic& topic, const TopicRead& read);

    /// `sequence`: 0 if it has no place in the topic's order.
    void deliver_event(Topic& topic, std::string_view text, SocketId excluded, TimePoint accepted,
                       std::uint64_t sequence = 0);
    /// To each shard with subscribers.
    void deliver(const Topic& topic, Deliver message);
    /// `reported`: by Redis. A user with a connection on this node is online in any case.
    void set_online(Topic& topic, bool reported);
    /// A termination that the topic's first read found: it ends only sign-ins that are older.
    void apply_earlier(const Topic& topic, const BusMessage& termination) {
        terminate(topic, termination, Timing::earlier);
    }
    /// Closes the connections of the user on this node that have signed in until then.
    void close_user(const Topic& topic, TimePoint signed_in_until);

private:
    enum class Timing : unsigned char { live, earlier };
    void terminate(const Topic& topic, const BusMessage& message, Timing timing);
    void change_member(Topic& topic, const BusMessage& message);
    void tell_count(Topic& topic, std::uint64_t count);
    bool add_member(Topic& topic, std::string_view user_id, std::string_view info);
    void remove_member(Topic& topic, std::string_view user_id);
    bool replace_members(Topic& topic, const TopicRead& read);

    ClusterContext& context_;
    const Home::Send& send_;
};

}  // namespace carillon
