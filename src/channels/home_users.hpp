#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/channels/home.hpp"
#include "carillon/channels/per_app.hpp"
#include "carillon/channels/shard_message.hpp"
#include "carillon/channels/webhook_events.hpp"

namespace carillon {

/// The users whose home is this shard, on a node without a cluster: which shards have connections
/// of the user, and which follow the user's status. All watchers see one order of changes. One per
/// shard. Pure. Source: wire.md 4.4, 4.5.
class HomeUsers {
public:
    HomeUsers(SendNotice send, WebhookEvents& webhooks)
        : send_(std::move(send)), webhooks_(webhooks) {}

    void on(ShardId from, SignIn&& message);
    void on(ShardId from, SignOut&& message);
    void on(ShardId from, Watch&& message);
    void on(ShardId from, Unwatch&& message);
    void on(ShardId from, TerminateUser&& message);

private:
    struct Watcher {
        ShardId shard;
        std::uint64_t watch_id;
    };
    /// Exists while a shard has connections of the user or follows the status.
    struct User {
        std::vector<ShardId> shards;  ///< with connections of the user
        std::vector<Watcher> watchers;
    };
    using Users = boost::unordered_flat_map<std::string, User, StringHash, std::equal_to<>>;

    void notify_watchers(const UserAddress& address, const User& user);
    void erase_if_unused(const UserAddress& address);

    SendNotice send_;
    WebhookEvents& webhooks_;
    PerApp<Users> by_app_;
};

}  // namespace carillon
