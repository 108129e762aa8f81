#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/credentials.hpp"
#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/running_server.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

Configuration two_apps() {
    Configuration configuration = test_configuration(2);
    App disabled = make_app({"off-id", "off-key", "off-secret"});
    disabled.enabled = false;
    configuration.apps.push_back(disabled);
    return configuration;
}

class Closing : public ::testing::Test {
protected:
    RunningServer server{two_apps()};
};

struct Cause {
    std::uint16_t code;
    std::string target;
    std::string frames;
};

/// Everything that makes the server close, with half a mebibyte of frames right behind it.
std::vector<Cause> causes() {
    const std::string app = "/app/app-key";
    std::string too_big = masked_frame(WsOpcode::text, std::string(200'000, 'x'));
    return {
        {1002, app, std::string("\x81\x01x", 3)},
        {1003, app, masked_frame(WsOpcode::binary, "x")},
        {1007, app, masked_frame(WsOpcode::text, "\xff")},
        {1009, app, std::move(too_big)},
        {4001, "/app/nobody", ""},
        {4003, "/app/off-key", ""},
        {4005, "/nowhere", ""},
        {4007, app + "?protocol=3", ""},
    };
}

TEST_F(Closing, CodeAndReasonArriveThoughInputWasPending) {
    std::string pending;
    while (pending.size() < (512U << 10U)) {
        pending += masked_frame(WsOpcode::text, std::string(1000, 'y'));
    }
    for (const Cause& cause : causes()) {
        SCOPED_TRACE(cause.code);
        RawSocket socket(server.port());
        socket.send(upgrade_request(cause.target) + cause.frames + pending);
        RawWebSocket client(std::move(socket));
        const ServerFrame close = client.receive_close();
        EXPECT_EQ(close.close_code(), cause.code);
        EXPECT_FALSE(close.close_reason().empty());
        client.send(WsOpcode::close, close.payload);
        EXPECT_EQ(client.socket().receive_to_end(), "");
        EXPECT_FALSE(client.socket().was_reset());
    }
}

TEST_F(Closing, APeerThatDoesNotAnswerIsLeftAfterAWhile) {
    RawWebSocket client(server.port(), "/app/nobody");
    EXPECT_EQ(client.receive_close().close_code(), 4001);
    EXPECT_EQ(client.socket().receive_to_end(), "");
}

TEST_F(Closing, APeersCloseIsAnsweredWithItsCode) {
    for (const std::uint16_t code : std::vector<std::uint16_t>{1000, 1001, 1011, 3000, 4999}) {
        SCOPED_TRACE(code);
        RawWebSocket client(server.port());
        client.send(WsOpcode::close, close_body(code, "bye"));
        EXPECT_EQ(client.receive_close().close_code(), code);
        EXPECT_EQ(client.socket().receive_to_end(), "");
        EXPECT_FALSE(client.socket().was_reset());
    }
}

TEST_F(Closing, APeersEmptyCloseIsAnsweredWithAnEmptyOne) {
    RawWebSocket client(server.port());
    client.send(WsOpcode::close, "");
    EXPECT_EQ(client.receive_close().payload, "");
    EXPECT_EQ(client.socket().receive_to_end(), "");
}

TEST_F(Closing, EveryEndFreesWhatTheConnectionHeld) {
    PusherClient watcher(server.port(1));
    watcher.join("presence-room", "watcher");
    const auto see_one_come_and_go = [&](const std::string& user, auto end) {
        SCOPED_TRACE(user);
        RawWebSocket client(server.port(0));
        const std::string data = nlohmann::json{{"user_id", user}}.dump();
        client.send_text(subscribe_message({}, client.receive_socket_id(), "presence-room", data));
        EXPECT_EQ(watcher.receive().name, "pusher_internal:member_added");
        end(client);
        const ReceivedEvent removed = watcher.receive();
        EXPECT_EQ(removed.name, "pusher_internal:member_removed");
        EXPECT_EQ(nlohmann::json::parse(removed.data).at("user_id"), user);
    };
    see_one_come_and_go("fin", [](RawWebSocket& client) { client.socket().close(); });
    see_one_come_and_go("rst", [](RawWebSocket& client) { client.socket().reset(); });
    see_one_come_and_go("close", [](RawWebSocket& client) { client.send(WsOpcode::close, ""); });
    see_one_come_and_go("half-closed", [](RawWebSocket& client) {
        client.socket().finish_sending();
        static_cast<void>(client.socket().receive_to_end());
        EXPECT_FALSE(client.socket().was_reset());
    });
    see_one_come_and_go("half-frame", [](RawWebSocket& client) {
        client.socket().send(masked_frame(WsOpcode::text, "incomplete").substr(0, 9));
        client.socket().close();
    });
}

}  // namespace
}  // namespace carillon::test
