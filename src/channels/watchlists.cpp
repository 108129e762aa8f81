#include "carillon/channels/watchlists.hpp"

#include <algorithm>

#include "carillon/channels/connection.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace carillon {

std::size_t Watchlists::replace(Connection& connection, const std::vector<std::string>& previous) {
    std::size_t changes = 0;
    SignedInUser& user = *connection.user();
    const std::vector<std::string>& watchlist = user.data.watchlist;
    for (const std::string& id : watchlist) {
        if (std::ranges::binary_search(previous, id)) continue;
        watch(connection, id);
        ++changes;
    }
    for (const std::string& id : previous) {
        if (std::ranges::binary_search(watchlist, id)) continue;
        unwatch(connection, id);
        ++changes;
    }
    const WatchedUsers& watched = by_app_[connection.app().index];
    awaiting_state_.erase(&connection);
    user.state_announced = false;
    user.unresolved = static_cast<std::size_t>(std::ranges::count_if(
        watchlist, [&watched](const std::string& id) { return !watched.find(id)->second.online; }));
    await_state_if_complete(connection);
    return changes;
}

void Watchlists::clear(Connection& connection) {
    awaiting_state_.erase(&connection);
    for (const std::string& id : connection.user()->data.watchlist) unwatch(connection, id);
}

void Watchlists::on_sign_in_confirmed(Connection& connection) {
    await_state_if_complete(connection);
}

void Watchlists::watch(Connection& connection, const std::string& user_id) {
    const App& app = connection.app();
    const auto [found, is_new] = by_app_[app.index].try_emplace(user_id);
    found->second.watchers.insert(&connection);
    if (!is_new) return;
    found->second.watch_id = ++last_watch_id_;  // The answer may arrive before `send_` returns.
    send_(home_of_user(app.id.get(), user_id, shards_),
          Watch{{app.index, user_id}, last_watch_id_});
}

void Watchlists::unwatch(Connection& connection, const std::string& user_id) {
    const App& app = connection.app();
    WatchedUsers& watched = by_app_[app.index];
    const auto found = watched.find(user_id);
    found->second.watchers.erase(&connection);
    if (!found->second.watchers.empty()) return;
    watched.erase(found);
    send_(home_of_user(app.id.get(), user_id, shards_), Unwatch{{app.index, user_id}});
}

void Watchlists::await_state_if_complete(Connection& connection) {
    const SignedInUser& user = *connection.user();
    const bool is_complete = user.unresolved == 0 && user.pending_replies.empty();
    if (is_complete && !user.data.watchlist.empty()) awaiting_state_.insert(&connection);
}

void Watchlists::on(UserStatus&& status) {
    WatchedUsers& watched = by_app_[status.user.app];
    const auto found = watched.find(status.user.id);
    if (found == watched.end() || found->second.watch_id != status.watch_id) return;
    WatchedUser& user = found->second;
    if (user.online) {
        user.online = status.online;
        changed_.push_back(std::move(status.user));
        return;
    }
    user.online = user.announced_online = status.online;
    for (Connection* const watcher : user.watchers) {
        if (--watcher->user()->unresolved == 0) await_state_if_complete(*watcher);
    }
}

void Watchlists::announce() {
    if (!changed_.empty()) announce_changes();
    const ConnectionSet connections = std::exchange(awaiting_state_, {});
    for (Connection* const connection : connections) announce_state(*connection);
}

void Watchlists::announce_changes() {
    std::vector<std::pair<Connection*, Changes>> by_watcher;
    boost::unordered_flat_map<const Connection*, std::size_t> index;  // Never iterated.
    for (const UserAddress& address : std::exchange(changed_, {})) {
        WatchedUsers& watched = by_app_[address.app];
        const auto found = watched.find(address.id);
        if (found == watched.end()) continue;
        WatchedUser& user = found->second;
        if (!user.online || user.announced_online == *user.online) continue;
        user.announced_online = *user.online;
        for (Connection* const watcher : user.watchers) {
            if (!watcher->user()->state_announced) continue;
            const auto [entry, is_new] = index.try_emplace(watcher, by_watcher.size());
            if (is_new) by_watcher.emplace_back(watcher, Changes{});
            by_watcher[entry->second].second.add(*user.online, address.id);
        }
    }
    for (const auto& [watcher, changes] : by_watcher) send_events(*watcher, changes);
}

void Watchlists::announce_state(Connection& connection) {
    SignedInUser& user = *connection.user();
    const WatchedUsers& watched = by_app_[connection.app().index];
    user.state_announced = true;
    Changes state;
    for (const std::string& id : user.data.watchlist) {
        state.add(*watched.find(id)->second.online, id);
    }
    send_events(connection, state);
}

void Watchlists::send_events(Connection& connection, const Changes& changes) {
    connection.send(watchlist_events(changes.online, changes.offline));
}

}  // namespace carillon
