// Random conversations of several clients of two apps, over several shards whose messages are
// delivered in any order, against a naive model: all that every client is told, and all that REST
// answers, has to be the same. A difference is reported with the shortest sequence that shows it.
#include "model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "damping_judge.hpp"
#include "shard_world.hpp"
#include "shrink.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr int slots = 6;
const std::vector<std::string> channels{"news",
                                        "private-a",
                                        "presence-a",
                                        "presence-b",
                                        "cache-a",
                                        "private-cache-a",
                                        "presence-cache-a",
                                        "private-encrypted-cache-a",
                                        "#server-to-user-u0",
                                        "#server-to-user-u1"};

/// One step of a conversation. The numbers are read modulo what there is, so that any part of a
/// sequence is a sequence.
struct Operation {
    enum class Kind : std::uint8_t {
        drop,
        subscribe,
        unsubscribe,
        sign_in,
        client_event,
        publish,
        terminate,
        pass,
        kinds
    };
    Kind kind{};
    unsigned slot = 0, channel = 0, user = 0, choice = 0;

    [[nodiscard]] std::string text() const {
        static const std::vector<std::string> names{"drop",      "subscribe",    "unsubscribe",
                                                    "sign_in",   "client_event", "publish",
                                                    "terminate", "pass"};
        return names[static_cast<std::size_t>(kind)] + " slot " + std::to_string(slot % slots) +
               " channel " + channels[channel % channels.size()] + " user u" +
               std::to_string(user % 3) + " choice " + std::to_string(choice);
    }
};

std::vector<Operation> random_operations(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    const auto number = [&random] { return static_cast<unsigned>(random() >> 33U); };
    std::vector<Operation> operations(count);
    for (Operation& operation : operations) {
        constexpr auto kinds = static_cast<unsigned>(Operation::Kind::kinds);
        const unsigned kind = number() % (2 * kinds);
        // Every other one is one of these, or little would happen.
        static constexpr Operation::Kind busy[] = {
            Operation::Kind::subscribe, Operation::Kind::publish, Operation::Kind::client_event};
        operation.kind = kind < kinds ? static_cast<Operation::Kind>(kind) : busy[kind % 3];
        operation.slot = number();
        operation.channel = number();
        operation.user = number();
        operation.choice = number();
    }
    return operations;
}

/// Rules 1 and 2 of wire.md 0.1; that it parses has been seen already.
bool is_well_formed(const Json& frame) {
    const bool may_be_object =
        frame.at("event") == "pusher:error" || frame.at("event") == "pusher:subscription_error";
    return frame.at("event").is_string() && frame.contains("data") &&
           (may_be_object ? frame.at("data").is_object() : frame.at("data").is_string()) &&
           (!frame.contains("channel") || frame.at("channel").is_string());
}

std::vector<ModelApp> model_apps() {
    ModelApp busy{.subscription_count = true};
    ModelApp plain{.watchlist_events = false, .client_events = false};
    for (ModelApp* app : {&busy, &plain}) {
        app->members_max = 2;
        app->subscriptions_max = 4;
        app->watched_max = 2;
        app->cached_for = 30min;
    }
    return {busy, plain};
}

class Conversation {
public:
    /// `lose`: what clients receive of that event is lost, as a defect would have it.
    Conversation(std::uint16_t shards, std::uint64_t seed, std::string lose)
        : world_(shards, seed), lose_(std::move(lose)), model_(model_apps()), clients_(slots) {
        world_.turn_expires = [this] { return world_.random()() % 4 == 0; };
        for (const ModelApp& known : model_apps()) {
            auto app = make_app("app " + std::to_string(apps_.size()));
            app->index = static_cast<AppIndex>(apps_.size());
            app->subscription_count = known.subscription_count;
            app->watchlist_events = known.watchlist_events;
            app->client_events = known.client_events;
            app->limits.max_presence_members = static_cast<std::uint32_t>(known.members_max);
            app->limits.max_subscriptions_per_connection =
                static_cast<std::uint32_t>(known.subscriptions_max);
            app->limits.max_watched_users = static_cast<std::uint32_t>(known.watched_max);
            app->limits.max_client_events_per_second = 0;
            apps_.push_back(app);
        }
    }

    /// What differed first, if anything did.
    std::string play(const std::vector<Operation>& operations) {
        for (const Operation& operation : operations) {
            model_.set_time(world_.now());
            carry_out(operation);
            world_.settle();
            std::string difference = compare(operation.kind == Operation::Kind::terminate);
            if (difference.empty()) difference = compare_rest(operation);
            if (!difference.empty()) return "after " + operation.text() + "\n" + difference;
        }
        return {};
    }

private:
    struct Slot {
        std::unique_ptr<TestClient> client;
        std::size_t app = 0;
    };
    using Kind = Operation::Kind;

    void carry_out(const Operation& operation) {
        const int number = static_cast<int>(operation.slot % slots);
        Slot& slot = clients_[static_cast<std::size_t>(number)];
        const std::string& channel = channels[operation.channel % channels.size()];
        const std::string user = "u" + std::to_string(operation.user % 3);
        if (operation.kind == Kind::publish) return publish(operation, number, channel);
        if (operation.kind == Kind::terminate) return terminate(operation, user);
        if (operation.kind == Kind::pass) return pass(operation);
        // Whatever an empty slot is to do, it connects first.
        if (!slot.client) return connect(operation, number);
        switch (operation.kind) {
            case Kind::drop:
                slot.client.reset();
                judge_.forget(number);
                return model_.drop(number);
            case Kind::subscribe:
                return subscribe(operation, number, channel, user);
            case Kind::unsubscribe:
                slot.client->unsubscribe(channel);
                judge_.forget(number, channel);
                return model_.unsubscribe(number, channel);
            case Kind::sign_in:
                return sign_in(operation, number, user);
            case Kind::client_event:
                slot.client->client_event(channel, "client-e", operation.choice);
                return model_.client_event(number, channel, "client-e", operation.choice);
            default:
                return;
        }
    }

    void pass(const Operation& operation) {
        const unsigned steps = operation.choice / 2 % 40;
        world_.pass_step_by_step(operation.choice % 2 == 0 ? Duration(steps * 1min)
                                                           : Duration(steps * 40ms));
        model_.set_time(world_.now());
    }

    void connect(const Operation& operation, int number) {
        Slot& slot = clients_[static_cast<std::size_t>(number)];
        slot.app = operation.channel % apps_.size();
        const auto shard = static_cast<std::uint16_t>(operation.choice % world_.size());
        slot.client = std::make_unique<TestClient>(world_, shard, apps_[slot.app]);
        slot.client->on_message = [this, number](const Json& frame) {
            if (!frame.contains("channel") || frame.at("event") == lose_ || !wrong_.empty()) return;
            wrong_ = judge_.receive(number, frame.at("channel"), essence(frame), world_.now());
        };
        model_.connect(number, slot.app);
    }

    void subscribe(const Operation& operation, int number, const std::string& channel,
                   const std::string& user) {
        TestClient& client = *clients_[static_cast<std::size_t>(number)].client;
        const bool well_signed = operation.choice % 8 != 0;
        const bool as_signed_in = operation.choice / 8 % 3 == 0;
        const Json info = operation.choice % 5;
        std::optional<std::string> data;
        if (channel.starts_with("presence-") && !as_signed_in) {
            data = Json{{"user_id", user}, {"user_info", info}}.dump();
        }
        const std::string socket_id = client.connection.socket_id().text();
        std::string auth =
            carillon::subscription_token({"key", "secret"}, socket_id, channel, data);
        if (!well_signed) auth.back() = auth.back() == '0' ? '1' : '0';
        Json body = {{"channel", channel}, {"auth", auth}};
        if (data) body["channel_data"] = *data;
        client.send_message({{"event", "pusher:subscribe"}, {"data", body}});
        std::optional<std::string> member;
        if (data) member = user;
        model_.subscribe(number, channel, well_signed, member, info);
    }

    void sign_in(const Operation& operation, int number, const std::string& user) {
        TestClient& client = *clients_[static_cast<std::size_t>(number)].client;
        const bool well_signed = operation.choice % 8 != 0;
        const Json info = operation.choice % 5;
        std::vector<std::string> watchlist;
        for (unsigned i = 0; i < operation.channel % 4; ++i) {
            watchlist.push_back("u" + std::to_string((operation.choice / 8 + i * i) % 4));
        }
        const std::string data =
            Json{{"id", user}, {"user_info", info}, {"watchlist", watchlist}}.dump();
        const std::string socket_id = client.connection.socket_id().text();
        std::string auth = carillon::signin_token({"key", "secret"}, socket_id, data);
        if (!well_signed) auth.back() = auth.back() == '0' ? '1' : '0';
        client.send_message(
            {{"event", "pusher:signin"}, {"data", {{"user_data", data}, {"auth", auth}}}});
        model_.sign_in(number, well_signed, user, info, watchlist);
    }

    void publish(const Operation& operation, int number, const std::string& channel) {
        const std::size_t app = operation.user % apps_.size();
        const Slot& slot = clients_[static_cast<std::size_t>(number)];
        std::optional<int> excluded;
        SocketId socket_id;
        if (operation.choice % 3 == 0 && slot.client && slot.app == app) {
            excluded = number;
            socket_id = slot.client->connection.socket_id();
        }
        const std::string data = std::to_string(operation.choice);
        const auto shard = static_cast<std::uint16_t>(operation.choice % world_.size());
        const PublishRequest event{*ChannelName::parse(channel, apps_[app]->limits),
                                   channel_event(channel, *scan_json("\"e\""), *scan_json(data)),
                                   socket_id};
        ASSERT_TRUE(world_.shard(shard).publish(*apps_[app], {event}, [] {}));
        model_.publish(app, channel, "e", operation.choice, excluded, world_.now());
    }

    void terminate(const Operation& operation, const std::string& user) {
        const std::size_t app = operation.channel % apps_.size();
        const auto shard = static_cast<std::uint16_t>(operation.choice % world_.size());
        world_.shard(shard).terminate_user(*apps_[app], user);
        world_.settle();
        for (const int number : model_.terminate(app, user)) {
            model_.expected.erase(number);
            judge_.forget(number);
            Slot& slot = clients_[static_cast<std::size_t>(number)];
            if (slot.client->ended != Errc::terminated) return;  // Shows as frames not expected.
            slot.client.reset();
        }
    }

    /// `in_any_order`: several clients went at once, from whichever shard first.
    std::string compare(bool in_any_order) {
        std::map<int, std::map<std::string, std::vector<Json>>> seen;
        for (int number = 0; number < slots; ++number) {
            const auto& client = clients_[static_cast<std::size_t>(number)].client;
            if (!client) continue;
            for (const Json& frame : client->take()) {
                if (!is_well_formed(frame)) return "malformed: " + frame.dump();
                if (frame.at("event") == lose_) continue;
                const std::string channel = frame.contains("channel") ? frame.at("channel") : "";
                if (!may_be_held_back(frame)) seen[number][channel].push_back(essence(frame));
            }
        }
        if (!wrong_.empty()) return wrong_;
        if (std::string wrong = judge_.check(world_.now()); !wrong.empty()) return wrong;
        auto expected = std::exchange(model_.expected, {});
        if (in_any_order) {
            for (auto* all : {&seen, &expected}) {
                for (auto& [number, by_channel] : *all) {
                    for (auto& [channel, frames] : by_channel) std::ranges::sort(frames);
                }
            }
        }
        if (seen == expected) return {};
        return "expected " + Json(expected).dump() + "\n    seen " + Json(seen).dump() + "\n";
    }

    std::string compare_rest(const Operation& operation) {
        const std::size_t number = operation.user % apps_.size();
        const App& app = *apps_[number];
        const std::string& channel = channels[operation.channel % channels.size()];
        const auto shard = static_cast<std::uint16_t>(operation.slot % world_.size());
        ChannelQueries& queries = world_.shard(shard).queries();
        Json expected = Json::object();
        Json answered = Json::object();

        const std::string prefix = operation.choice % 2 == 0 ? "" : "presence-";
        queries.list(app, prefix, [&](const std::vector<ChannelSummary>& summaries) {
            for (const ChannelSummary& summary : summaries) {
                answered["list"][summary.name] = {summary.subscriptions, summary.users};
            }
        });
        for (const std::string& name : model_.occupied(number, prefix)) {
            expected["list"][name] = {model_.subscriptions(number, name),
                                      model_.users(number, name).size()};
        }
        const ChannelName name = *ChannelName::parse(channel, app.limits);
        queries.summarize(
            app, {name},
            [&](const std::vector<ChannelSummary>& summaries) {
                answered["count"] = summaries.at(0).subscriptions;
                const auto& cached = summaries.at(0).cached;
                if (!cached) return;
                answered["cached"] = essence(Json::parse(cached->text));
                answered["for"] = cached->expires_in.count();
            },
            true);
        expected["count"] = model_.subscriptions(number, channel);
        if (const auto cached = model_.cached(number, channel, world_.now())) {
            expected["cached"] = cached->first;
            expected["for"] = (cached->second - world_.now()).count();
        }
        queries.users(app, name, false, [&](const std::vector<PresenceData>& users) {
            std::set<std::string> ids;
            for (const PresenceData& user : users) ids.insert(user.user_id);
            answered["users"] = ids;
        });
        expected["users"] = model_.users(number, channel);
        world_.settle();
        if (expected == answered) return {};
        return "REST, expected " + expected.dump() + "\n    answered " + answered.dump() + "\n";
    }

    ShardWorld world_;
    std::string lose_;
    Model model_;
    DampingJudge judge_{model_};
    std::string wrong_;  ///< the first that the judge found
    std::vector<std::shared_ptr<App>> apps_;
    std::vector<Slot> clients_;
};

/// The shortest sequence that is found to differ, and how; "" if none does.
std::string difference(std::uint16_t shards, std::uint64_t seed, std::size_t count,
                       const std::string& lose = "", std::size_t* length = nullptr) {
    const auto play = [&](const std::vector<Operation>& operations) {
        return Conversation(shards, seed, lose).play(operations);
    };
    std::vector<Operation> operations = random_operations(seed, count);
    if (play(operations).empty()) return {};
    operations = shrink<Operation>(
        operations, [&](const std::vector<Operation>& fewer) { return !play(fewer).empty(); });
    std::string report =
        "seed " + std::to_string(seed) + ", shards " + std::to_string(shards) + "\n";
    for (const Operation& operation : operations) report += "  " + operation.text() + "\n";
    if (length != nullptr) *length = operations.size();
    return report + play(operations);
}

class ModelTest : public ::testing::TestWithParam<std::uint16_t> {};

TEST_P(ModelTest, ClientsReceiveAndRestAnswersWhatTheModelSays) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const std::string found = difference(GetParam(), seed, 500);
        ASSERT_EQ(found, "");
    }
}

INSTANTIATE_TEST_SUITE_P(Shards, ModelTest, ::testing::Values(1, 2, 3, 4));

TEST(ModelTest, ALostFrameIsReportedByAShortSequence) {
    for (const char* lost :
         {"pusher_internal:member_removed", "pusher_internal:member_added", "pusher:cache_miss",
          "pusher_internal:subscription_count", "pusher_internal:watchlist_events",
          "pusher:signin_success", "pusher:subscription_error", "client-e", "e"}) {
        std::size_t length = 0;
        const std::string found = difference(3, 1, 500, lost, &length);
        EXPECT_NE(found.find(lost), std::string::npos) << found;
        // At most: two connect, two join, time passes, one of them or something happens.
        EXPECT_GE(length, 1U) << lost;
        EXPECT_LE(length, 8U) << found;
    }
}

}  // namespace
}  // namespace carillon::test
