#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/pusher_client.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

TEST(Listening, ATakenPortFailsTheStartAndIsNamed) {
    const RunningServer first(test_configuration(2), {});
    Configuration second = test_configuration(2);
    second.listen.front().port = first.port();
    try {
        const Server server(second);
        FAIL() << "two servers share a port";
    } catch (const std::runtime_error& error) {
        const std::string address = "127.0.0.1:" + std::to_string(first.port());
        EXPECT_NE(std::string(error.what()).find(address), std::string::npos) << error.what();
    }
    PusherClient(first.port()).subscribe("still-served");
}

TEST(Listening, AllShardsShareThePortThatTheSystemChose) {
    Configuration configuration = test_configuration(4);
    Server server(configuration, {});
    ASSERT_EQ(server.endpoints().size(), 1U);
    EXPECT_NE(server.endpoints().front().port(), 0);
    EXPECT_EQ(server.shard_count(), 4U);
    server.start();
    const std::uint16_t port = server.endpoints().front().port();
    std::vector<PusherClient> clients;
    for (int i = 0; i < 32; ++i) {
        clients.emplace_back(port);
        clients.back().subscribe("news");
    }
    RestClient(port).trigger("news", "item", "{}");
    for (PusherClient& client : clients) EXPECT_EQ(client.receive().name, "item");
}

TEST(Listening, APortIsFreeAgainWhenItsServerIsGone) {
    std::optional<RunningServer> server;
    server.emplace(test_configuration(2), ServerTuning{});
    Configuration next = test_configuration(2);
    next.listen.front().port = server->port();
    PusherClient client(server->port());
    server.reset();
    server.emplace(next, ServerTuning{});
    PusherClient(server->port()).subscribe("news");
}

}  // namespace
}  // namespace carillon::test
