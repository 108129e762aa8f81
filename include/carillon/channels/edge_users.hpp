#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/connection_set.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/protocol/user_data.hpp"

namespace carillon {

class Connection;
class Watchlists;
struct App;

/// The user that a connection has signed in as.
struct SignedInUser {
    UserData data;
    TimePoint since{};  ///< when the client asked for it
    /// Messages that are sent as soon as the user's home confirms the sign-in.
    std::vector<std::string> pending_replies = {};
    std::size_t unresolved = 0;    ///< users of the watchlist whose status is not known yet
    bool state_announced = false;  ///< the client has the state of its whole watchlist
};

/// The signed-in connections of a shard. Reports to each user's home that the shard has connections
/// of the user, and closes them if the user is terminated. One per shard. Pure. Source: wire.md
/// 4.1, 4.5.
///
/// On a node without a cluster a sign-in succeeds at once; in a cluster once all nodes know of it
/// (`SignedIn`). Keeps pointers to connections from `sign_in` to `sign_out`.
class EdgeUsers {
public:
    /// `in_cluster`: the node is one of a cluster. `watchlists` must outlive this.
    EdgeUsers(std::uint16_t shards, bool in_cluster, SendRequest send, Watchlists& watchlists)
        : shards_(shards),
          in_cluster_(in_cluster),
          send_(std::move(send)),
          watchlists_(watchlists) {}

    /// `connection.user()` has just been set.
    void sign_in(Connection& connection);
    /// Sends `text`, a part of the reply to a sign-in, once the sign-in is confirmed.
    void reply(Connection& connection, std::string text);
    /// Ends the connection's sign-in, which must exist, and its watchlist.
    void sign_out(Connection& connection);

    /// Asks the user's home to close all connections of the user, on every shard.
    void terminate(const App& app, std::string_view user_id);

    void on(SignedIn&& message);
    void on(CloseUser&& message);

private:
    /// A user with signed-in connections on this shard.
    struct OnlineUser {
        ConnectionSet connections;
        std::uint64_t sign_in_id = 0;  ///< matches the home's `SignedIn` to the latest `SignIn`
        bool is_confirmed = false;     ///< the home has confirmed it, or does not have to
    };
    using OnlineUsers =
        boost::unordered_flat_map<std::string, OnlineUser, StringHash, std::equal_to<>>;

    const std::uint16_t shards_;
    const bool in_cluster_;
    SendRequest send_;
    Watchlists& watchlists_;
    PerApp<OnlineUsers> by_app_;
    std::uint64_t last_sign_in_id_ = 0;
};

}  // namespace carillon
