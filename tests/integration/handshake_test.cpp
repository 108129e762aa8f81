#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/credentials.hpp"
#include "support/raw_web_socket.hpp"
#include "support/running_server.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

Configuration apps_behind_a_prefix() {
    Configuration configuration = test_configuration(2);
    configuration.path_prefix = "/realtime";
    App disabled = make_app({"off-id", "off-key", "off-secret"});
    disabled.enabled = false;
    configuration.apps.push_back(disabled);
    configuration.apps.push_back(make_app({"odd-id", "a key/of ours", "odd-secret"}));
    return configuration;
}

class Handshake : public ::testing::Test {
protected:
    [[nodiscard]] HttpAnswer answer_to(std::string_view request) const {
        RawSocket socket(server.port());
        socket.send(request);
        return receive_answer(socket);
    }

    RunningServer server{apps_behind_a_prefix()};
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST_F(Handshake, BrokenUpgradesAreHttpErrors) {
    const std::string good = upgrade_request("/app/app-key");
    EXPECT_EQ(answer_to(replaced(good, "dGhlIHNhbXBsZSBub25jZQ==", "short")).status, 400);
    EXPECT_EQ(answer_to(upgrade_request("/app")).status, 400);
    EXPECT_EQ(answer_to("GET /app HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
    EXPECT_EQ(answer_to(replaced(good, "Host: localhost\r\n", "")).status, 400);
    EXPECT_EQ(answer_to(replaced(good, "Host:", "Host: other\r\nHost:")).status, 400);

    const HttpAnswer post = answer_to(replaced(good, "GET", "POST"));
    EXPECT_EQ(post.status, 405);
    EXPECT_EQ(post.header("allow"), "GET");
    RawSocket socket(server.port());
    socket.send("HEAD /app/app-key HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(socket, false).status, 405);

    for (const std::string& request :
         {std::string("GET /app/app-key HTTP/1.1\r\nHost: a\r\n\r\n"),
          replaced(good, "Version: 13", "Version: 8"), replaced(good, "Version: 13", "Version: "),
          replaced(good, "Connection: Upgrade", "Connection: keep-alive"),
          replaced(good, "HTTP/1.1", "HTTP/1.0")}) {
        const HttpAnswer answer = answer_to(request);
        EXPECT_EQ(answer.status, 426) << request;
        EXPECT_EQ(answer.header("sec-websocket-version"), "13");
        EXPECT_EQ(answer.header("upgrade"), "websocket");
    }
}

TEST_F(Handshake, RefusalsComeAsErrorAndCloseCode) {
    const std::vector<std::pair<std::string, int>> refusals{
        {"/app/nobody?protocol=7", 4001},
        {"/app/off-key?protocol=7", 4003},
        {"/elsewhere", 4005},
        {"/app/app-key/more", 4005},
        {"/app/app-key?protocol=3", 4007},
        {"/app/app-key?protocol=8", 4007},
        {"/app/app-key?protocol=seven", 4007},
        {"/other/app/app-key", 4005},
    };
    for (const auto& [target, code] : refusals) {
        SCOPED_TRACE(target);
        RawWebSocket client(server.port(), target);
        const auto error = nlohmann::json::parse(client.receive_text());
        EXPECT_EQ(error.at("event"), "pusher:error");
        EXPECT_EQ(error.at("data").at("code"), code);
        const ServerFrame close = client.receive();
        EXPECT_EQ(close.opcode, WsOpcode::close);
        EXPECT_EQ(close.close_code(), code);
        EXPECT_EQ(close.close_reason(), error.at("data").at("message"));
    }
}

TEST_F(Handshake, AcceptsEverySpellingOfAGoodTarget) {
    for (const std::string_view target :
         {"/app/app-key", "/app/app-key/", "/realtime/app/app-key", "/app/%61pp%2Dkey",
          "/app/a%20key%2Fof%20ours", "/app/app-key?protocol=", "/app/app-key?protocol=4",
          "/app/app-key?protocol=5", "/app/app-key?client=x&protocol=6&version=1",
          "/app/app-key?protocol=7&client=js&version=8.6.0&flash=false"}) {
        SCOPED_TRACE(target);
        RawWebSocket client(server.port(), target);
        EXPECT_EQ(client.handshake().header("sec-websocket-accept"),
                  "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        EXPECT_EQ(client.handshake().header("sec-websocket-protocol"), "");
        EXPECT_FALSE(client.receive_socket_id().empty());
    }
}

TEST_F(Handshake, SelectsTheSubprotocolOnlyIfOffered) {
    const auto selected = [&](std::string_view offer) {
        RawSocket socket(server.port());
        socket.send(upgrade_request("/app/app-key", offer));
        return RawWebSocket(std::move(socket)).handshake().header("sec-websocket-protocol");
    };
    const std::string ours = "pusher-channels-protocol-7";
    EXPECT_EQ(selected("Sec-WebSocket-Protocol: " + ours + "\r\n"), ours);
    EXPECT_EQ(selected("Sec-WebSocket-Protocol: chat, " + ours + "\r\n"), ours);
    EXPECT_EQ(selected("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: " + ours + "\r\n"),
              ours);
    EXPECT_EQ(selected("Sec-WebSocket-Protocol: chat\r\n"), "");
}

TEST_F(Handshake, MayArriveByteByByteWithItsFirstFrame) {
    RawSocket socket(server.port());
    const std::string ping = R"({"event":"pusher:ping","data":{}})";
    socket.send_byte_by_byte(upgrade_request("/app/app-key") + masked_frame(WsOpcode::text, ping));
    RawWebSocket client(std::move(socket));
    EXPECT_FALSE(client.receive_socket_id().empty());
    EXPECT_EQ(client.receive_text(), R"({"event":"pusher:pong","data":"{}"})");
}

TEST_F(Handshake, FramesMayFollowInTheSameSegment) {
    RawSocket socket(server.port());
    const std::string ping = masked_frame(WsOpcode::text, R"({"event":"pusher:ping"})");
    const std::string half = masked_frame(WsOpcode::text, subscribe_message({}, "", "news"));
    socket.send(upgrade_request("/app/app-key") + ping + ping + half.substr(0, 20));
    RawWebSocket client(std::move(socket));
    EXPECT_FALSE(client.receive_socket_id().empty());
    EXPECT_EQ(client.receive_text(), R"({"event":"pusher:pong","data":"{}"})");
    EXPECT_EQ(client.receive_text(), R"({"event":"pusher:pong","data":"{}"})");
    client.socket().send(half.substr(20));
    EXPECT_EQ(nlohmann::json::parse(client.receive_text()).at("event"),
              "pusher_internal:subscription_succeeded");
}

TEST_F(Handshake, MayFollowAnotherRequestOnItsConnection) {
    RawSocket socket(server.port());
    socket.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + upgrade_request("/app/app-key"));
    EXPECT_EQ(receive_answer(socket).status, 404);
    EXPECT_FALSE(RawWebSocket(std::move(socket)).receive_socket_id().empty());
}

}  // namespace
}  // namespace carillon::test
