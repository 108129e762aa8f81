#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

/// Code of `pusher:error`, or 0 if the client is let in; it is gone again at once.
int refusal_code(std::uint16_t port, std::string_view key) {
    RawWebSocket client(port, "/app/" + std::string(key));
    const auto first = nlohmann::json::parse(client.receive_text());
    const int code =
        first.at("event") == "pusher:error" ? first.at("data").at("code").get<int>() : 0;
    client.send(WsOpcode::close, "");
    static_cast<void>(client.socket().receive_to_end());
    return code;
}

class Reload : public ::testing::Test {
protected:
    Reload() { configuration.apps.push_back(make_app(second_app)); }

    Configuration configuration = test_configuration(2);
};

TEST_F(Reload, ARemovedAppsClientsAreClosedAndTheOthersStay) {
    RunningServer server(configuration);
    PusherClient staying(server.port(1));
    staying.subscribe("news");
    std::vector<PusherClient> leaving;
    for (std::size_t i = 0; i < 4; ++i) leaving.emplace_back(server.port(i % 2), second_app);
    leaving[0].subscribe("news");
    configuration.apps.pop_back();
    server.reload(configuration);
    for (PusherClient& client : leaving) EXPECT_EQ(client.receive_close().code, 4001);
    EXPECT_EQ(refusal_code(server.port(0), second_app.key), 4001);
    EXPECT_EQ(RestClient(server.port(0), second_app).get("/channels").status, 404);
    RestClient(server.port(0)).trigger("news", "item", "{}");
    EXPECT_EQ(staying.receive().name, "item");
}

TEST_F(Reload, ADisabledAppsClientsAreClosedAndItCanComeBack) {
    RunningServer server(configuration);
    PusherClient leaving(server.port(), second_app);
    leaving.subscribe("news");
    configuration.apps.back().enabled = false;
    server.reload(configuration);
    EXPECT_EQ(leaving.receive_close().code, 4003);
    EXPECT_EQ(refusal_code(server.port(), second_app.key), 4003);
    EXPECT_EQ(RestClient(server.port(), second_app).get("/channels").status, 403);

    configuration.apps.back().enabled = true;
    server.reload(configuration);
    EXPECT_TRUE(eventually([&] { return refusal_code(server.port(), second_app.key) == 0; }));
    RestClient rest(server.port(), second_app);
    EXPECT_TRUE(rest.query("/channels").at("channels").empty());
}

TEST_F(Reload, AnAddedAppWorksOnEveryShard) {
    const App added = configuration.apps.back();
    configuration.apps.pop_back();
    RunningServer server(configuration);
    EXPECT_EQ(refusal_code(server.port(), second_app.key), 4001);
    configuration.apps.push_back(added);
    server.reload(configuration);
    for (const std::uint16_t port : {server.port(0), server.port(1)}) {
        ASSERT_TRUE(eventually([&] { return refusal_code(port, second_app.key) == 0; }));
    }
    PusherClient client(server.port(0), second_app);
    client.join("presence-room", "user");
    RestClient(server.port(1), second_app).trigger("presence-room", "item", "{}");
    EXPECT_EQ(client.receive().name, "item");
}

TEST_F(Reload, OpenConnectionsSeeChangedLimitsAndSecrets) {
    RunningServer server(configuration);
    PusherClient client(server.port());
    configuration.apps.front().limits.max_subscriptions_per_connection = 1;
    configuration.apps.front().credentials.front().secret = "rotated";
    server.reload(configuration);
    const AppCredentials rotated{"app-id", "app-key", "rotated"};
    RestClient rest(server.port(), rotated);
    ASSERT_TRUE(eventually([&] { return rest.get("/channels").status == 200; }));
    EXPECT_EQ(RestClient(server.port()).get("/channels").status, 401);
    client.subscribe("one");
    client.send_text(subscribe_message({}, client.socket_id(), "two"));
    EXPECT_EQ(client.receive().name, "pusher:error");
}

TEST_F(Reload, AQuotaCountsOverAllShardsAndFreesPlaces) {
    configuration.apps.front().limits.max_connections = 2;
    RunningServer server(configuration);
    PusherClient first(server.port(0));
    PusherClient second(server.port(1));
    EXPECT_EQ(refusal_code(server.port(0), "app-key"), 4004);
    EXPECT_EQ(refusal_code(server.port(1), "app-key"), 4004);
    EXPECT_EQ(refusal_code(server.port(1), second_app.key), 0);
    first.close();
    EXPECT_TRUE(eventually([&] { return refusal_code(server.port(1), "app-key") == 0; }));

    configuration.apps.front().limits.max_connections = 1;
    server.reload(configuration);
    EXPECT_TRUE(eventually([&] { return refusal_code(server.port(1), "app-key") == 4004; }));
    second.send_text(R"({"event":"pusher:ping"})");
    EXPECT_EQ(second.receive().name, "pusher:pong");
}

}  // namespace
}  // namespace carillon::test
