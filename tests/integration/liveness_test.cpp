#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/raw_web_socket.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

Configuration impatient() {
    Configuration configuration = test_configuration();
    configuration.connection.activity_timeout_seconds = 1;
    configuration.connection.pong_timeout_seconds = 1;
    return configuration;
}

TEST(Liveness, AClientThatAnswersPingsStaysAndASilentOneIsClosed) {
    const RunningServer server(impatient());
    RawWebSocket client(server.port());
    const auto established = nlohmann::json::parse(client.receive_text());
    EXPECT_EQ(
        nlohmann::json::parse(established.at("data").get<std::string>()).at("activity_timeout"), 1);
    EXPECT_EQ(client.receive().opcode, WsOpcode::ping);
    client.send(WsOpcode::pong, "");
    EXPECT_EQ(client.receive().opcode, WsOpcode::ping);
    client.send_text(R"({"event":"pusher:pong","data":{}})");  // Any frame is a sign of life.
    EXPECT_EQ(client.receive().opcode, WsOpcode::ping);

    const ServerFrame last = client.receive();
    ASSERT_EQ(last.opcode, WsOpcode::text);
    const auto error = nlohmann::json::parse(last.payload);
    EXPECT_EQ(error.at("event"), "pusher:error");
    EXPECT_EQ(error.at("data").at("code"), 4201);
    const ServerFrame close = client.receive();
    EXPECT_EQ(close.opcode, WsOpcode::close);
    EXPECT_EQ(close.close_code(), 4201);
    client.send(WsOpcode::close, close.payload);
    EXPECT_EQ(client.socket().receive_to_end(), "");
}

}  // namespace
}  // namespace carillon::test
