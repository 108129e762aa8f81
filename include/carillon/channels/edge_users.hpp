#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/protocol/user_data.hpp"

namespace carillon {

class Connection;
struct App;

/// Who a connection is signed in as.
struct SignedInUser {
    UserData data;
    std::size_t unknown = 0;   ///< ids of the watchlist of which home has not said yet if online
    bool knows_state = false;  ///< was told who of its watchlist is online
    std::vector<std::string> answers = {};  ///< are sent once the user's home says so
};

/// The edge of a shard, as far as users go: its connections that are signed in, and the users that
/// these watch. Pure. Source: wire.md 4.
///
/// In a cluster, a sign-in has succeeded once all nodes know of it.
///
/// A watcher is told the state of its whole watchlist once all homes have answered, and from then
/// on what changed, gathered over a turn: who came and went within one is not mentioned.
class EdgeUsers {
public:
    using Send = std::function<void(ShardId to, ShardMessage message)>;

    /// `is_shared`: the node is one of a cluster.
    EdgeUsers(std::uint16_t shards, bool is_shared, Send send)
        : shards_(shards), is_shared_(is_shared), send_(std::move(send)) {}

    /// `connection` has just got its user.
    void sign_in(Connection& connection);
    /// Sends `text`, of the answer to a sign-in, as soon as that is known wherever it has to be.
    void answer(Connection& connection, std::string text);
    /// It watches what its user wants to watch now instead of `previous`, the watchlist until now.
    void watch_anew(Connection& connection, const std::vector<std::string>& previous);
    /// Of a connection that is signed in and will not be any more.
    void sign_out(Connection& connection);

    /// Asks the user's home to have all connections closed that are signed in as that user.
    void terminate(const App& app, std::string_view user_id);

    void on(SignedIn&& message);
    void on(UserStatus&& status);
    void on(CloseUser&& message);

    /// Sends watchers what they do not know yet.
    void end_turn();
    [[nodiscard]] bool has_news() const noexcept {
        return !changed_.empty() || !newcomers_.empty();
    }

private:
    using Connections = boost::unordered_flat_set<Connection*>;
    /// A user as whom connections of this shard are signed in.
    struct OnlineUser {
        Connections connections;
        std::uint64_t number = 0;  ///< home's answer carries it
        bool is_known = false;     ///< home has answered, or there is nobody to ask
    };
    /// A user whom connections of this shard watch.
    struct WatchedUser {
        Connections watchers;
        std::uint64_t number = 0;    ///< of our wish to know; home's answers carry it
        std::optional<bool> online;  ///< as home said last
        bool told_online = false;    ///< as the watchers know it
    };
    template <class Value>
    using ById = boost::unordered_flat_map<std::string, Value, StringHash, std::equal_to<>>;
    struct AppUsers {
        ById<OnlineUser> signed_in;
        ById<WatchedUser> watched;
    };
    struct Changes {
        std::vector<std::string> online;
        std::vector<std::string> offline;

        void add(bool is_online, const std::string& id) {
            (is_online ? online : offline).push_back(id);
        }
    };

    [[nodiscard]] ShardId home(const App& app, std::string_view user_id) const;
    void watch(Connection& connection, const std::string& id);
    void unwatch(Connection& connection, const std::string& id);
    void expect_state(Connection& connection);
    void tell_state_if_known(Connection& connection);
    void tell_changes();
    void tell_state(Connection& connection);
    static void tell(Connection& connection, const Changes& changes);

    std::uint16_t shards_;
    bool is_shared_;
    Send send_;
    PerApp<AppUsers> by_app_;
    std::vector<UserAddress> changed_;  ///< watched users that came or went in this turn
    Connections newcomers_;             ///< are to be told the state of their whole watchlist
    std::uint64_t last_number_ = 0;
};

}  // namespace carillon
