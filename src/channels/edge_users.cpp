#include "carillon/channels/edge_users.hpp"

#include <algorithm>
#include <utility>

#include "carillon/channels/connection.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {

ShardId EdgeUsers::home(const App& app, std::string_view user_id) const {
    std::string channel{user_channel_prefix};
    return home_of(app.id.get(), channel.append(user_id), shards_);
}

void EdgeUsers::sign_in(Connection& connection) {
    const App& app = connection.app();
    const std::string& id = connection.user()->data.id;
    OnlineUser& user = by_app_[app.index].signed_in[id];
    user.connections.insert(&connection);
    if (user.connections.size() > 1) return;
    user.is_known = !is_shared_;
    user.number = ++last_number_;  // An answer may come before `send_` returns.
    send_(home(app, id), SignIn{{app.index, id}, last_number_});
}

void EdgeUsers::answer(Connection& connection, std::string text) {
    SignedInUser& user = *connection.user();
    if (by_app_[connection.app().index].signed_in.find(user.data.id)->second.is_known) {
        connection.send(std::move(text));
    } else {
        user.answers.push_back(std::move(text));
    }
}

void EdgeUsers::watch_anew(Connection& connection, const std::vector<std::string>& previous) {
    const std::vector<std::string>& watchlist = connection.user()->data.watchlist;
    for (const std::string& id : watchlist) {
        if (!std::ranges::binary_search(previous, id)) watch(connection, id);
    }
    for (const std::string& id : previous) {
        if (!std::ranges::binary_search(watchlist, id)) unwatch(connection, id);
    }
    expect_state(connection);
}

void EdgeUsers::sign_out(Connection& connection) {
    const SignedInUser& user = *connection.user();
    newcomers_.erase(&connection);
    for (const std::string& id : user.data.watchlist) unwatch(connection, id);
    const App& app = connection.app();
    AppUsers& users = by_app_[app.index];
    const auto found = users.signed_in.find(user.data.id);
    found->second.connections.erase(&connection);
    if (!found->second.connections.empty()) return;
    users.signed_in.erase(found);
    send_(home(app, user.data.id), SignOut{{app.index, user.data.id}});
}

void EdgeUsers::watch(Connection& connection, const std::string& id) {
    const App& app = connection.app();
    const auto [found, is_new] = by_app_[app.index].watched.try_emplace(id);
    found->second.watchers.insert(&connection);
    if (!is_new) return;
    found->second.number = ++last_number_;  // An answer may come before `send_` returns.
    send_(home(app, id), Watch{{app.index, id}, last_number_});
}

void EdgeUsers::unwatch(Connection& connection, const std::string& id) {
    const App& app = connection.app();
    ById<WatchedUser>& watched = by_app_[app.index].watched;
    const auto found = watched.find(id);
    found->second.watchers.erase(&connection);
    if (!found->second.watchers.empty()) return;
    watched.erase(found);
    send_(home(app, id), Unwatch{{app.index, id}});
}

void EdgeUsers::expect_state(Connection& connection) {
    SignedInUser& user = *connection.user();
    const ById<WatchedUser>& watched = by_app_[connection.app().index].watched;
    newcomers_.erase(&connection);
    user.knows_state = false;
    user.unknown = static_cast<std::size_t>(std::ranges::count_if(
        user.data.watchlist,
        [&watched](const std::string& id) { return !watched.find(id)->second.online; }));
    tell_state_if_known(connection);
}

void EdgeUsers::tell_state_if_known(Connection& connection) {
    const SignedInUser& user = *connection.user();
    const bool is_known = user.unknown == 0 && user.answers.empty();
    if (is_known && !user.data.watchlist.empty()) newcomers_.insert(&connection);
}

void EdgeUsers::on(SignedIn&& message) {
    ById<OnlineUser>& signed_in = by_app_[message.user.app].signed_in;
    const auto found = signed_in.find(message.user.id);
    if (found == signed_in.end() || found->second.number != message.number) return;
    found->second.is_known = true;
    for (Connection* const connection : found->second.connections) {
        const auto answers = std::exchange(connection->user()->answers, {});
        if (answers.empty()) continue;
        for (const std::string& text : answers) connection->send(text);
        tell_state_if_known(*connection);
    }
}

void EdgeUsers::on(UserStatus&& status) {
    ById<WatchedUser>& watched = by_app_[status.user.app].watched;
    const auto found = watched.find(status.user.id);
    if (found == watched.end() || found->second.number != status.number) return;
    WatchedUser& user = found->second;
    if (user.online) {
        user.online = status.online;
        changed_.push_back(std::move(status.user));
        return;
    }
    user.online = user.told_online = status.online;
    for (Connection* const watcher : user.watchers) {
        if (--watcher->user()->unknown == 0) tell_state_if_known(*watcher);
    }
}

void EdgeUsers::on(CloseUser&& message) {
    const ById<OnlineUser>& signed_in = by_app_[message.user.app].signed_in;
    const auto found = signed_in.find(message.user.id);
    if (found == signed_in.end()) return;
    const std::vector<Connection*> connections(found->second.connections.begin(),
                                               found->second.connections.end());
    for (Connection* const connection : connections) {
        connection->end({Errc::terminated, "The app has terminated this connection"});
    }
}

void EdgeUsers::terminate(const App& app, std::string_view user_id) {
    send_(home(app, user_id), TerminateUser{{app.index, std::string(user_id)}});
}

void EdgeUsers::end_turn() {
    if (!changed_.empty()) tell_changes();
    const Connections newcomers = std::exchange(newcomers_, {});
    for (Connection* const connection : newcomers) tell_state(*connection);
}

void EdgeUsers::tell_changes() {
    boost::unordered_flat_map<Connection*, Changes> by_watcher;
    for (const UserAddress& address : std::exchange(changed_, {})) {
        ById<WatchedUser>& watched = by_app_[address.app].watched;
        const auto found = watched.find(address.id);
        if (found == watched.end()) continue;
        WatchedUser& user = found->second;
        if (!user.online || user.told_online == *user.online) continue;
        user.told_online = *user.online;
        for (Connection* const watcher : user.watchers) {
            if (watcher->user()->knows_state) by_watcher[watcher].add(*user.online, address.id);
        }
    }
    for (const auto& [watcher, changes] : by_watcher) tell(*watcher, changes);
}

void EdgeUsers::tell_state(Connection& connection) {
    SignedInUser& user = *connection.user();
    const ById<WatchedUser>& watched = by_app_[connection.app().index].watched;
    user.knows_state = true;
    Changes state;
    for (const std::string& id : user.data.watchlist) {
        state.add(*watched.find(id)->second.online, id);
    }
    tell(connection, state);
}

void EdgeUsers::tell(Connection& connection, const Changes& changes) {
    connection.send(watchlist_events(changes.online, changes.offline));
}

}  // namespace carillon
