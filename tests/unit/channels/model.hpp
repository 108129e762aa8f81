#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon::test {

/// What of an app the model has to know.
struct ModelApp {
    bool subscription_count = false;
    bool watchlist_events = true;
    bool client_events = true;
    std::size_t members_max = 0;
    std::size_t subscriptions_max = 0;
    std::size_t watched_max = 0;
    Duration cached_for{};
};

/// The rules of channels and users, implemented in the slow and obvious way on one thread: no
/// shards, no tickets, no code of the server. `expected` holds the frames that each
/// client has to receive, in order, by channel ("" for what has none), but those that may be held
/// back, which `DampingJudge` judges. Source: wire.md 2, 3, 4.
class Model {
public:
    using Json = nlohmann::json;
    using Name = std::string;

    explicit Model(std::vector<ModelApp> apps) : apps_(std::move(apps)) {}

    void connect(int client, std::size_t app);
    void drop(int client);
    void subscribe(int client, const Name& channel, bool well_signed,
                   const std::optional<Name>& member, const Json& info);
    void unsubscribe(int client, const Name& channel);
    void sign_in(int client, bool well_signed, const Name& user, const Json& info,
                 std::vector<Name> watchlist);
    void client_event(int client, const Name& channel, const Name& event, const Json& data);
    void publish(std::size_t app, const Name& channel, const Name& event, const Json& data,
                 std::optional<int> excluded, TimePoint now);
    /// The clients that are closed.
    std::set<int> terminate(std::size_t app, const Name& user);

    [[nodiscard]] bool holds(int client, const Name& channel) const;
    [[nodiscard]] std::set<Name> occupied(std::size_t app, const Name& prefix) const;
    [[nodiscard]] std::size_t subscriptions(std::size_t app, const Name& channel) const;
    [[nodiscard]] std::set<Name> users(std::size_t app, const Name& channel) const;
    /// The event's name and when it expires.
    [[nodiscard]] std::optional<std::pair<Json, TimePoint>> cached(std::size_t app,
                                                                   const Name& channel,
                                                                   TimePoint now) const;
    void set_time(TimePoint now) { now_ = now; }
    [[nodiscard]] TimePoint now() const { return now_; }
    [[nodiscard]] std::size_t app_of(int client) const { return clients_.at(client).app; }
    /// The members of a presence channel and their data.
    [[nodiscard]] std::map<Name, Json> members(std::size_t app, const Name& channel) const;
    /// As whom the client is subscribed.
    [[nodiscard]] std::optional<Name> member(int client, const Name& channel) const;
    /// Whether subscribers of the channel are told how many they are.
    [[nodiscard]] bool is_counted(std::size_t app, const Name& channel) const;
    /// The times of the last two changes of a member, or of the channel's count for "".
    struct Changes {
        TimePoint last = TimePoint::min();
        TimePoint before = TimePoint::min();
    };
    [[nodiscard]] Changes changes(std::size_t app, const Name& channel, const Name& user) const;

    std::map<int, std::map<Name, std::vector<Json>>> expected;

private:
    struct Client {
        std::size_t app = 0;
        std::map<Name, std::optional<Name>> held;  ///< channel → member
        std::optional<Name> user;
        Json info;
        std::vector<Name> watchlist;
    };
    struct Channel {
        std::set<int> subscribers;
        std::map<Name, Json> infos;  ///< of members
        std::map<Name, Changes> changes;
    };
    using Key = std::pair<std::size_t, Name>;

    void expect(int client, const Name& channel, Json frame) {
        expected[client][channel].push_back(std::move(frame));
    }
    void refuse(int client) { expect(client, "", {{"event", "pusher:error"}, {"code", nullptr}}); }
    void refuse(int client, const Name& channel, const Name& type, int status);
    void expect_for_all(const Key& key, const Json& frame, std::optional<int> but = {});
    void succeed(int client, const Key& key);
    void change(const Key& key, const Name& user);
    void leave(int client, const Name& channel);
    [[nodiscard]] bool online(std::size_t app, const Name& user) const;
    void announce_status(std::size_t app, const Name& user, const Name& what);

    std::vector<ModelApp> apps_;
    std::map<int, Client> clients_;
    std::map<Key, Channel> channels_;
    std::map<Key, std::pair<Json, TimePoint>> last_events_;
    TimePoint now_{};
};

/// What it says and when is not fixed by one change: `DampingJudge` has the rules.
[[nodiscard]] bool may_be_held_back(const Model::Json& frame);

/// What the model says of a frame, and nothing else of it.
[[nodiscard]] Model::Json essence(const Model::Json& frame);

}  // namespace carillon::test
