#pragma once

#include <string>
#include <string_view>

#include "carillon/channels/home.hpp"
#include "cluster_context.hpp"
#include "topic.hpp"
#include "topic_reader.hpp"

namespace carillon {

/// Brings what the cluster says of a topic to the clients of this node: the topic's state follows,
/// and the shards that have to do with it hear of the change.
class ClusterFanOut {
public:
    ClusterFanOut(ClusterContext& context, const Home::Send& send)
        : context_(context), send_(send) {}

    /// `accepted`: when a node took the event in, as far as this node knows.
    void said(Topic& topic, const BusMessage& message, TimePoint accepted);
    /// How the topic stands, from a read.
    void stands(Topic& topic, const TopicRead& read);

    void event(Topic& topic, std::string_view text, SocketId excluded, TimePoint accepted);
    /// `excluded_user`: whose connections get nothing, either.
    void deliver(const Topic& topic, std::string text, SocketId excluded = {},
                 TimePoint accepted = {}, std::string excluded_user = {});
    /// `said`: Redis says so. A user who has a connection here is online whatever it says.
    void set_online(Topic& topic, bool said);
    /// Ends all connections of the user that this node has.
    void close_user(const Topic& topic);

private:
    void change_member(Topic& topic, const BusMessage& message);
    void member_came(Topic& topic, std::string_view user_id, std::string_view info);
    void member_went(Topic& topic, std::string_view user_id);
    void take_members(Topic& topic, const TopicRead& read);

    ClusterContext& context_;
    const Home::Send& send_;
};

}  // namespace carillon
