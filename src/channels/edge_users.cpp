#include "carillon/channels/edge_users.hpp"

#include "carillon/channels/connection.hpp"
#include "carillon/channels/partition.hpp"
#include "carillon/channels/watchlists.hpp"

namespace carillon {

void EdgeUsers::sign_in(Connection& connection) {
    const App& app = connection.app();
    const std::string& id = connection.user()->data.id;
    OnlineUser& user = by_app_[app.index][id];
    user.connections.insert(&connection);
    if (user.connections.size() > 1) return;
    user.is_confirmed = !in_cluster_;
    user.sign_in_id = ++last_sign_in_id_;  // The answer may arrive before `send_` returns.
    send_(home_of_user(app.id.get(), id, shards_), SignIn{{app.index, id}, last_sign_in_id_});
}

void EdgeUsers::reply(Connection& connection, std::string text) {
    SignedInUser& user = *connection.user();
    if (by_app_[connection.app().index].find(user.data.id)->second.is_confirmed) {
        connection.send(std::move(text));
    } else {
        user.pending_replies.push_back(std::move(text));
    }
}

void EdgeUsers::sign_out(Connection& connection) {
    watchlists_.clear(connection);
    const App& app = connection.app();
    const std::string& id = connection.user()->data.id;
    OnlineUsers& users = by_app_[app.index];
    const auto found = users.find(id);
    found->second.connections.erase(&connection);
    if (!found->second.connections.empty()) return;
    users.erase(found);
    send_(home_of_user(app.id.get(), id, shards_), SignOut{{app.index, id}});
}

void EdgeUsers::on(SignedIn&& message) {
    OnlineUsers& users = by_app_[message.user.app];
    const auto found = users.find(message.user.id);
    // An answer to a sign-in that has ended meanwhile does not confirm a later one.
    if (found == users.end() || found->second.sign_in_id != message.sign_in_id) return;
    found->second.is_confirmed = true;
    for (Connection* const connection : found->second.connections) {
        const auto replies = std::exchange(connection->user()->pending_replies, {});
        if (replies.empty()) continue;
        for (const std::string& text : replies) connection->send(text);
        watchlists_.on_sign_in_confirmed(*connection);
    }
}

void EdgeUsers::on(CloseUser&& message) {
    const OnlineUsers& users = by_app_[message.user.app];
    const auto found = users.find(message.user.id);
    if (found == users.end()) return;
    // A copy, because `end` signs the connection out.
    const std::vector<Connection*> connections(found->second.connections.begin(),
                                               found->second.connections.end());
    for (Connection* const connection : connections) {
        if (connection->user()->since > message.signed_in_until) continue;
        connection->end({Errc::terminated, "The app has terminated this connection"});
    }
}

void EdgeUsers::terminate(const App& app, std::string_view user_id) {
    send_(home_of_user(app.id.get(), user_id, shards_),
          TerminateUser{{app.index, std::string(user_id)}});
}

}  // namespace carillon
