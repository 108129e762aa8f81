#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

constexpr std::size_t leak_shards = 4;
constexpr int rounds = 10;
constexpr std::size_t connections_a_round = 200;

std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator begin("/proc/self/fd");
    return std::distance(begin, std::filesystem::directory_iterator{});
}

/// Subscribed to two channels, or about to be.
RawWebSocket subscriber(std::uint16_t port, std::size_t number, bool wait) {
    RawWebSocket client(port);
    const std::string socket_id = client.receive_socket_id();
    const std::string user = nlohmann::json{{"user_id", std::to_string(number % 50)}}.dump();
    client.send_text(subscribe_message({}, socket_id, "channel-" + std::to_string(number % 10)));
    client.send_text(subscribe_message({}, socket_id, "presence-room", user));
    if (wait) static_cast<void>(client.receive_text());
    return client;
}

void drop(RawWebSocket client, std::size_t way) {
    switch (way % 4) {
        case 0:
            return client.socket().reset();
        case 1:
            return client.socket().close();
        case 2:
            return client.send(WsOpcode::close, close_body(1001));
        default:
            client.socket().send(masked_frame(WsOpcode::text, "cut off").substr(0, 8));
    }
}

TEST(Leaks, ClosedConnectionsLeaveNothingBehind) {
    Configuration configuration = test_configuration(leak_shards);
    App& app = configuration.apps.front();
    app.limits.max_presence_members = 0;
    app.limits.max_connections = 2 * connections_a_round;  // Refuses if places are not given back.
    const RunningServer server(configuration);
    const std::ptrdiff_t descriptors = open_descriptors();

    for (int round = 0; round < rounds; ++round) {
        std::vector<RawWebSocket> clients;
        for (std::size_t i = 0; i < connections_a_round; ++i) {
            clients.push_back(subscriber(server.port(i % leak_shards), i, i % 3 == 0));
        }
        for (std::size_t i = 0; i < connections_a_round; ++i) drop(std::move(clients[i]), i / 7);
        clients.clear();
        EXPECT_TRUE(eventually([&] { return open_descriptors() == descriptors; }));
    }
    for (std::size_t i = 0; i < leak_shards; ++i) {
        RestClient rest(server.port(i));
        EXPECT_TRUE(eventually([&] { return rest.query("/channels").at("channels").empty(); }));
    }
    PusherClient client(server.port(1));
    const auto succeeded = nlohmann::json::parse(client.join("presence-room", "last"));
    EXPECT_EQ(succeeded.at("presence").at("count"), 1);
    RestClient(server.port(2)).trigger("presence-room", "item", "{}");
    EXPECT_EQ(client.receive().name, "item");
}

}  // namespace
}  // namespace carillon::test
