#include "home_users.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

void HomeUsers::on(ShardId from, SignIn&& message) {
    User& user = by_app_[message.user.app][message.user.id];
    user.shards.push_back(from);
    if (user.shards.size() > 1) return;
    webhooks_.online(message.user);
    notify_watchers(message.user, user);
}

void HomeUsers::on(ShardId from, SignOut&& message) {
    User& user = by_app_[message.user.app][message.user.id];
    std::erase(user.shards, from);
    if (user.shards.empty()) {
        webhooks_.offline(message.user);
        notify_watchers(message.user, user);
    }
    erase_if_unused(message.user);
}

void HomeUsers::on(ShardId from, Watch&& message) {
    User& user = by_app_[message.user.app][message.user.id];
    user.watchers.push_back({from, message.watch_id});
    send_(from, UserStatus{message.user, message.watch_id, !user.shards.empty()});
}

void HomeUsers::on(ShardId from, Unwatch&& message) {
    User& user = by_app_[message.user.app][message.user.id];
    std::erase_if(user.watchers, [from](const Watcher& watcher) { return watcher.shard == from; });
    erase_if_unused(message.user);
}

void HomeUsers::on(ShardId, TerminateUser&& message) {
    const Users& users = by_app_[message.user.app];
    const auto found = users.find(message.user.id);
    if (found == users.end()) return;
    // A copy: this shard closes its connections, and signs the user out, before `send_` returns.
    const std::vector<ShardId> shards = found->second.shards;
    for (const ShardId shard : shards) send_(shard, CloseUser{message.user});
}

void HomeUsers::notify_watchers(const UserAddress& address, const User& user) {
    for (const Watcher& watcher : user.watchers) {
        send_(watcher.shard, UserStatus{address, watcher.watch_id, !user.shards.empty()});
    }
}

void HomeUsers::erase_if_unused(const UserAddress& address) {
    Users& users = by_app_[address.app];
    const auto found = users.find(address.id);
    const bool is_unused = found->second.shards.empty() && found->second.watchers.empty();
    if (is_unused) users.erase(found);
}

}  // namespace carillon
