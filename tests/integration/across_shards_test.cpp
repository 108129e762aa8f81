#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/pusher_client.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

constexpr std::size_t shards = 4;

class AcrossShards : public ::testing::Test {
protected:
    [[nodiscard]] std::vector<PusherClient> client_on_each() const {
        std::vector<PusherClient> clients;
        for (std::size_t i = 0; i < shards; ++i) clients.emplace_back(server.port(i));
        return clients;
    }

    RunningServer server{test_configuration(shards)};
};

std::vector<std::string> receive_data(PusherClient& client, std::string_view event,
                                      std::size_t count) {
    std::vector<std::string> received;
    while (received.size() < count) received.push_back(client.receive(event).data);
    return received;
}

TEST_F(AcrossShards, EveryoneGetsEveryEventInOneOrder) {
    constexpr std::size_t events_each = 50;
    auto clients = client_on_each();
    for (PusherClient& client : clients) client.subscribe("news");
    std::vector<std::thread> publishers;
    for (std::size_t i = 0; i < shards; ++i) {
        publishers.emplace_back([this, i] {
            RestClient rest(server.port(i));
            for (std::size_t n = 0; n < events_each; ++n) {
                rest.trigger("news", "item", std::to_string(i) + "/" + std::to_string(n));
            }
        });
    }
    for (std::thread& publisher : publishers) publisher.join();

    const auto first = receive_data(clients[0], "item", shards * events_each);
    for (std::size_t i = 1; i < shards; ++i) {
        EXPECT_EQ(receive_data(clients[i], "item", shards * events_each), first);
    }
    EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), shards * events_each);
    for (std::size_t i = 0; i < shards; ++i) {
        std::size_t next = 0;
        for (const std::string& data : first) {
            if (data == std::to_string(i) + "/" + std::to_string(next)) ++next;
        }
        EXPECT_EQ(next, events_each) << "events of publisher " << i << " are out of order";
    }
}

TEST_F(AcrossShards, PresenceKnowsTheMembersOfAll) {
    auto clients = client_on_each();
    clients[0].join("presence-room", "user-0");
    std::string succeeded;
    for (std::size_t i = 1; i < shards; ++i) {
        succeeded = clients[i].join("presence-room", "user-" + std::to_string(i));
        const auto added = clients[0].receive();
        EXPECT_EQ(added.name, "pusher_internal:member_added");
        EXPECT_EQ(nlohmann::json::parse(added.data).at("user_id"), "user-" + std::to_string(i));
    }
    const auto presence = nlohmann::json::parse(succeeded).at("presence");
    EXPECT_EQ(presence.at("count"), 4);
    EXPECT_EQ(presence.at("hash").size(), 4U);

    clients.back().close();
    for (std::size_t i = 0; i + 1 < shards; ++i) {
        const auto removed = clients[i].receive("pusher_internal:member_removed");
        EXPECT_EQ(nlohmann::json::parse(removed.data).at("user_id"), "user-3");
    }
}

TEST_F(AcrossShards, AUserOnTwoShardsComesAndGoesOnce) {
    auto clients = client_on_each();
    clients[0].join("presence-room", "watcher");
    clients[1].join("presence-room", "twin");
    clients[2].join("presence-room", "twin");
    clients[1].close();
    clients[3].join("presence-room", "other");  // Its news would come after a wrong removal.
    clients[2].close();
    EXPECT_EQ(clients[0].receive().name, "pusher_internal:member_added");
    const auto other = clients[0].receive();
    EXPECT_EQ(other.name, "pusher_internal:member_added");
    EXPECT_EQ(nlohmann::json::parse(other.data).at("user_id"), "other");
    const auto removed = clients[0].receive();
    EXPECT_EQ(removed.name, "pusher_internal:member_removed");
    EXPECT_EQ(nlohmann::json::parse(removed.data).at("user_id"), "twin");
}

TEST_F(AcrossShards, ClientEventsReachAllButTheirSender) {
    auto clients = client_on_each();
    for (std::size_t i = 0; i < shards; ++i) {
        clients[i].join("presence-room", "user-" + std::to_string(i));
    }
    for (std::size_t i = 0; i < shards; ++i) {
        clients[i].client_event("presence-room", "client-typing", std::to_string(i));
        for (std::size_t other = 0; other < shards; ++other) {
            if (other == i) continue;
            const auto event = clients[other].receive("client-typing");
            EXPECT_EQ(event.data, std::to_string(i));
            EXPECT_EQ(event.user_id, "user-" + std::to_string(i));
        }
        RestClient(server.port(i)).trigger("presence-room", "end", "{}");
        for (PusherClient& client : clients) {
            ReceivedEvent event = client.receive();
            while (event.name == "pusher_internal:member_added") event = client.receive();
            EXPECT_EQ(event.name, "end");
        }
    }
}

TEST_F(AcrossShards, AnExcludedSocketOnAnotherShardGetsNothing) {
    auto clients = client_on_each();
    for (PusherClient& client : clients) client.subscribe("news");
    for (std::size_t excluded = 0; excluded < shards; ++excluded) {
        RestClient rest(server.port((excluded + 1) % shards));
        rest.trigger("news", "not-for-all", "{}", clients[excluded].socket_id());
        rest.trigger("news", "for-all", "{}");
        for (std::size_t i = 0; i < shards; ++i) {
            if (i != excluded) {
                EXPECT_EQ(clients[i].receive().name, "not-for-all");
            }
            EXPECT_EQ(clients[i].receive().name, "for-all");
        }
    }
}

TEST_F(AcrossShards, EveryShardAnswersQueriesAboutAll) {
    auto clients = client_on_each();
    std::set<std::string> expected;
    for (std::size_t i = 0; i < 20; ++i) {
        expected.insert("channel-" + std::to_string(i));
        clients[i % shards].subscribe("channel-" + std::to_string(i));
    }
    for (std::size_t i = 0; i < shards; ++i) {
        clients[i].join("presence-room", "user-" + std::to_string(i % 3));
    }
    for (std::size_t i = 0; i < shards; ++i) {
        RestClient rest(server.port(i));
        std::set<std::string> names;
        const auto listed = rest.query("/channels", {{"filter_by_prefix", "channel-"}});
        for (const auto& [name, unused] : listed.at("channels").items()) names.insert(name);
        EXPECT_EQ(names, expected);
        EXPECT_EQ(rest.query("/channels").at("channels").size(), 21U);
        EXPECT_EQ(rest.query("/channels/channel-7").at("occupied"), true);
        EXPECT_EQ(rest.query("/channels/channel-99").at("occupied"), false);
        EXPECT_EQ(rest.query("/channels/presence-room", {{"info", "user_count"}}).at("user_count"),
                  3);
        EXPECT_EQ(rest.query("/channels/presence-room/users").at("users").size(), 3U);
    }
}

}  // namespace
}  // namespace carillon::test
