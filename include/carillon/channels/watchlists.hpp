#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/channels/connection_set.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

class Connection;

/// The watchlists of a shard's signed-in connections: asks the homes whether the watched users are
/// online, and announces the answers to the clients. One per shard. Pure. Source: wire.md 4.4.
///
/// A client receives the state of its whole watchlist once all homes have answered and its sign-in
/// is confirmed, and from then on the changes, collected over a turn: a user that signs out and in
/// again within one turn is not announced. Clients receive them in the order in which they began to
/// watch, as far as none has left. Keeps pointers to connections from `replace` to `clear`.
class Watchlists {
public:
    Watchlists(std::uint16_t shards, SendRequest send) : shards_(shards), send_(std::move(send)) {}

    /// The watchlist of the connection's user has replaced `previous`, both sorted; either may be
    /// empty. The client receives the state of the whole new list. Returns how many users it begins
    /// or ceases to watch by that.
    std::size_t replace(Connection& connection, const std::vector<std::string>& previous);
    /// The connection signs out.
    void clear(Connection& connection);
    /// The replies to the connection's sign-in have been sent.
    void on_sign_in_confirmed(Connection& connection);

    void on(UserStatus&& status);

    /// Once per turn: sends the changes and states that clients do not have yet.
    void announce();
    [[nodiscard]] bool has_pending() const noexcept {
        return !changed_.empty() || !awaiting_state_.empty();
    }

private:
    /// A user that is on the watchlist of a connection of this shard.
    struct WatchedUser {
        ConnectionSet watchers;
        std::uint64_t watch_id = 0;     ///< matches the home's answers to the latest `Watch`
        std::optional<bool> online;     ///< the home's latest answer
        bool announced_online = false;  ///< as clients know it
    };
    using WatchedUsers =
        boost::unordered_flat_map<std::string, WatchedUser, StringHash, std::equal_to<>>;
    struct Changes {
        std::vector<std::string> online;
        std::vector<std::string> offline;

        void add(bool is_online, const std::string& user_id) {
            (is_online ? online : offline).push_back(user_id);
        }
    };

    void watch(Connection& connection, const std::string& user_id);
    void unwatch(Connection& connection, const std::string& user_id);
    void await_state_if_complete(Connection& connection);
    void announce_changes();
    void announce_state(Connection& connection);
    static void send_events(Connection& connection, const Changes& changes);

    const std::uint16_t shards_;
    SendRequest send_;
    PerApp<WatchedUsers> by_app_;
    std::vector<UserAddress> changed_;  ///< watched users with another status than at the last turn
    ConnectionSet awaiting_state_;      ///< receive the state of their watchlist in this turn
    std::uint64_t last_watch_id_ = 0;
};

}  // namespace carillon
