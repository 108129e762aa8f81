#include "model.hpp"

#include <algorithm>

namespace carillon::test {
namespace {

bool begins(const std::string& name, const char* prefix) {
    return name.rfind(prefix, 0) == 0;
}
bool is_presence(const std::string& name) {
    return begins(name, "presence-");
}
bool is_user_channel(const std::string& name) {
    return begins(name, "#server-to-user-");
}
bool takes_token(const std::string& name) {
    return begins(name, "private-") || is_presence(name);
}
bool is_cached(const std::string& name) {
    return begins(name, "cache-") || begins(name, "private-cache-") ||
           begins(name, "presence-cache-") || begins(name, "private-encrypted-cache-");
}

}  // namespace

bool may_be_held_back(const Model::Json& frame) {
    const std::string event = frame.at("event");
    return event == "pusher_internal:member_added" || event == "pusher_internal:member_removed" ||
           event == "pusher_internal:subscription_count";
}

Model::Json essence(const Model::Json& frame) {
    const std::string event = frame.at("event");
    if (event == "pusher:connection_established") return {{"event", event}};
    if (event == "pusher:error") {
        return {{"event", event}, {"code", frame.at("data").at("code")}};
    }
    if (event == "pusher:subscription_error") {
        return {{"event", event},
                {"type", frame.at("data").at("type")},
                {"status", frame.at("data").at("status")}};
    }
    Model::Json data = Model::Json::parse(frame.at("data").get<std::string>());
    if (event == "pusher:signin_success") {
        return {{"event", event},
                {"id", Model::Json::parse(data.at("user_data").get<std::string>()).at("id")}};
    }
    if (event == "pusher_internal:watchlist_events") {
        Model::Json state = Model::Json::object();
        for (const Model::Json& change : data.at("events")) {
            std::set<std::string> ids = change.at("user_ids");
            state[change.at("name").get<std::string>()] = ids;
        }
        return {{"event", event}, {"data", state}};
    }
    if (data.contains("presence")) {
        const std::set<std::string> ids = data["presence"]["ids"];
        data["presence"]["ids"] = ids;
    }
    Model::Json all = {{"event", event}, {"data", data}};
    if (frame.contains("user_id")) all["user_id"] = frame.at("user_id");
    return all;
}

void Model::connect(int client, std::size_t app) {
    clients_[client].app = app;
    expect(client, "", {{"event", "pusher:connection_established"}});
}

void Model::refuse(int client, const Name& channel, const Name& type, int status) {
    refuse(client);
    expect(client, channel,
           {{"event", "pusher:subscription_error"}, {"type", type}, {"status", status}});
}

void Model::expect_for_all(const Key& key, const Json& frame, std::optional<int> but) {
    for (const int client : channels_[key].subscribers) {
        if (client != but) expect(client, key.second, frame);
    }
}

void Model::subscribe(int client, const Name& channel, bool well_signed,
                      const std::optional<Name>& member, const Json& info) {
    Client& who = clients_.at(client);
    if (is_user_channel(channel) && "#server-to-user-" + who.user.value_or(" ") != channel) {
        return refuse(client, channel, "AuthError", 401);
    }
    if (takes_token(channel) && !well_signed) return refuse(client, channel, "AuthError", 401);
    std::optional<Name> id;
    Json its_info = info;
    if (is_presence(channel)) {
        id = member;
        if (!id) {
            id = who.user;
            its_info = who.info;
        }
        if (!id) return refuse(client, channel, "InvalidData", 400);
    }
    const Key key{who.app, channel};
    const ModelApp& app = apps_[who.app];
    if (const auto held = who.held.find(channel); held != who.held.end()) {
        if (held->second != id) return refuse(client, channel, "InvalidData", 400);
        return succeed(client, key);
    }
    if (who.held.size() >= app.subscriptions_max) {
        return refuse(client, channel, "LimitReached", 413);
    }
    const bool is_new = id && !users(who.app, channel).contains(*id);
    if (is_new && users(who.app, channel).size() >= app.members_max) {
        return refuse(client, channel, "LimitReached", 413);
    }
    who.held[channel] = id;
    channels_[key].subscribers.insert(client);
    if (is_new) channels_[key].infos[*id] = its_info;
    succeed(client, key);
    if (is_cached(channel)) {
        const auto last = cached(who.app, channel, now_);
        expect(client, channel,
               last ? last->first : Json{{"event", "pusher:cache_miss"}, {"data", Json::object()}});
    }
    if (is_new) change(key, *id);
    change(key, "");
}

void Model::succeed(int client, const Key& key) {
    Json data = Json::object();
    if (is_presence(key.second)) {
        const std::set<Name> ids = users(key.first, key.second);
        Json hash = Json::object();
        for (const Name& id : ids) hash[id] = channels_[key].infos.at(id);
        data = {{"presence", {{"count", ids.size()}, {"ids", ids}, {"hash", hash}}}};
    }
    expect(client, key.second,
           {{"event", "pusher_internal:subscription_succeeded"}, {"data", data}});
}

void Model::change(const Key& key, const Name& user) {
    Changes& changes = channels_[key].changes[user];
    changes = {now_, changes.last};
}

Model::Changes Model::changes(std::size_t app, const Name& channel, const Name& user) const {
    const auto found = channels_.find({app, channel});
    if (found == channels_.end()) return {};
    const auto of_user = found->second.changes.find(user);
    return of_user == found->second.changes.end() ? Changes{} : of_user->second;
}

std::map<Model::Name, Model::Json> Model::members(std::size_t app, const Name& channel) const {
    const auto found = channels_.find({app, channel});
    return found == channels_.end() ? std::map<Name, Json>{} : found->second.infos;
}

std::optional<Model::Name> Model::member(int client, const Name& channel) const {
    return holds(client, channel) ? clients_.at(client).held.at(channel) : std::nullopt;
}

bool Model::is_counted(std::size_t app, const Name& channel) const {
    return apps_[app].subscription_count && !is_presence(channel) && !is_user_channel(channel);
}

void Model::unsubscribe(int client, const Name& channel) {
    if (clients_.at(client).held.contains(channel)) leave(client, channel);
}

void Model::leave(int client, const Name& channel) {
    Client& who = clients_.at(client);
    const Key key{who.app, channel};
    const std::optional<Name> member = who.held.at(channel);
    who.held.erase(channel);
    channels_[key].subscribers.erase(client);
    if (member && !users(who.app, channel).contains(*member)) {
        channels_[key].infos.erase(*member);
        change(key, *member);
    }
    change(key, "");
}

void Model::drop(int client) {
    while (!clients_.at(client).held.empty()) {
        const Name channel = clients_.at(client).held.begin()->first;
        leave(client, channel);
    }
    const Client gone = clients_.at(client);
    clients_.erase(client);
    if (gone.user && !online(gone.app, *gone.user))
        announce_status(gone.app, *gone.user, "offline");
}

std::set<int> Model::terminate(std::size_t app, const Name& user) {
    std::set<int> ended;
    for (const auto& [number, client] : clients_) {
        if (client.app == app && client.user == user) ended.insert(number);
    }
    for (const int client : ended) drop(client);
    return ended;
}

void Model::sign_in(int client, bool well_signed, const Name& user, const Json& info,
                    std::vector<Name> watchlist) {
    Client& who = clients_.at(client);
    const ModelApp& app = apps_[who.app];
    if (!well_signed || (who.user && *who.user != user)) return refuse(client);
    expect(client, "", {{"event", "pusher:signin_success"}, {"id", user}});
    if (!app.watchlist_events) watchlist.clear();
    if (watchlist.size() > app.watched_max) {
        watchlist.resize(app.watched_max);
        expect(client, "", {{"event", "pusher:error"}, {"code", 4302}});
    }
    std::ranges::sort(watchlist);
    watchlist.erase(std::unique(watchlist.begin(), watchlist.end()), watchlist.end());
    const bool comes_online = !online(who.app, user);
    who.user = user;
    who.info = info;
    who.watchlist.clear();  // The whole state is sent below.
    if (comes_online) announce_status(who.app, user, "online");
    who.watchlist = watchlist;
    if (watchlist.empty()) return;
    Json state = Json::object();
    for (const Name& id : watchlist)
        state[online(who.app, id) ? "online" : "offline"].push_back(id);
    expect(client, "", {{"event", "pusher_internal:watchlist_events"}, {"data", state}});
}

bool Model::online(std::size_t app, const Name& user) const {
    return std::ranges::any_of(clients_, [&](const auto& entry) {
        return entry.second.app == app && entry.second.user == user;
    });
}

void Model::announce_status(std::size_t app, const Name& user, const Name& what) {
    for (const auto& [number, client] : clients_) {
        if (client.app != app || !std::ranges::count(client.watchlist, user)) continue;
        expect(number, "",
               {{"event", "pusher_internal:watchlist_events"}, {"data", {{what, {user}}}}});
    }
}

void Model::client_event(int client, const Name& channel, const Name& event, const Json& data) {
    const Client& who = clients_.at(client);
    const auto held = who.held.find(channel);
    if (!apps_[who.app].client_events || !takes_token(channel) || held == who.held.end()) {
        return refuse(client);
    }
    Json frame = {{"event", event}, {"data", data}};
    if (held->second) frame["user_id"] = *held->second;
    expect_for_all({who.app, channel}, frame, client);
}

void Model::publish(std::size_t app, const Name& channel, const Name& event, const Json& data,
                    std::optional<int> excluded, TimePoint now) {
    const Json frame = {{"event", event}, {"data", data}};
    const Key key{app, channel};
    if (is_cached(channel)) last_events_[key] = {frame, now + apps_[app].cached_for};
    expect_for_all(key, frame, excluded);
}

bool Model::holds(int client, const Name& channel) const {
    return clients_.at(client).held.contains(channel);
}

std::set<Model::Name> Model::occupied(std::size_t app, const Name& prefix) const {
    std::set<Name> names;
    for (const auto& [key, channel] : channels_) {
        const bool listed = key.first == app && !channel.subscribers.empty() &&
                            begins(key.second, prefix.c_str()) && !is_user_channel(key.second);
        if (listed) names.insert(key.second);
    }
    return names;
}

std::size_t Model::subscriptions(std::size_t app, const Name& channel) const {
    const auto found = channels_.find({app, channel});
    return found == channels_.end() ? 0 : found->second.subscribers.size();
}

std::set<Model::Name> Model::users(std::size_t app, const Name& channel) const {
    std::set<Name> ids;
    for (const auto& [number, client] : clients_) {
        const auto held = client.held.find(channel);
        if (client.app != app || held == client.held.end() || !held->second) continue;
        ids.insert(*held->second);
    }
    return ids;
}

std::optional<std::pair<Model::Json, TimePoint>> Model::cached(std::size_t app, const Name& channel,
                                                               TimePoint now) const {
    const auto found = last_events_.find({app, channel});
    if (found == last_events_.end() || found->second.second <= now) return std::nullopt;
    return found->second;
}

}  // namespace carillon::test
