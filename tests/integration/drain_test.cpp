#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;

class Drain : public ::testing::Test {
protected:
    RunningServer server{test_configuration(2)};
};

void expect_ready(std::future<void>& drained) {
    EXPECT_EQ(drained.wait_for(patience), std::future_status::ready);
}

bool is_refused(std::uint16_t port) {
    try {
        RawSocket socket(port);
        return false;
    } catch (const std::system_error& error) {
        return error.code() == std::errc::connection_refused;
    }
}

TEST_F(Drain, TellsEveryClientToReconnectElsewhere) {
    std::vector<RawWebSocket> clients;
    for (std::size_t i = 0; i < 20; ++i) {
        clients.emplace_back(server.port(i % 2));
        static_cast<void>(clients.back().receive_socket_id());
    }
    auto drained = server.drain(200ms);
    for (RawWebSocket& client : clients) {
        const auto error = nlohmann::json::parse(client.receive_text());
        EXPECT_EQ(error.at("event"), "pusher:error");
        EXPECT_EQ(error.at("data").at("code"), 4200);
        const ServerFrame close = client.receive();
        EXPECT_EQ(close.opcode, WsOpcode::close);
        EXPECT_EQ(close.close_code(), 4200);
        client.send(WsOpcode::close, close.payload);
        EXPECT_EQ(client.socket().receive_to_end(), "");
    }
    expect_ready(drained);
}

TEST_F(Drain, SpreadsItsClosesAndServesTheOthersMeanwhile) {
    std::vector<PusherClient> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port());
    auto drained = server.drain(60s);
    EXPECT_EQ(clients.front().receive_close().code, 4200);
    clients.back().send_text(R"({"event":"pusher:ping","data":{}})");
    EXPECT_EQ(clients.back().receive().name, "pusher:pong");
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
}

TEST_F(Drain, WithoutClientsIsDoneAtOnce) {
    RestClient kept_alive(server.port());
    kept_alive.trigger("c", "event", "{}");
    auto drained = server.drain(3600s);
    expect_ready(drained);
    EXPECT_TRUE(is_refused(server.port(0)));
    EXPECT_TRUE(is_refused(server.port(1)));
}

TEST_F(Drain, AnswersARequestThatHasBegun) {
    const std::string body = R"({"name":"event","channel":"c","data":"{}"})";
    RawSocket socket(server.port());
    socket.send("POST " + signed_target({}, "POST", "/apps/app-id/events", body) +
                " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n");
    ASSERT_EQ(receive_answer(socket, false).status, 100);
    auto drained = server.drain(1s);
    ASSERT_TRUE(eventually([&] { return is_refused(server.port()); }));
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
    socket.send(body);
    const HttpAnswer answer = receive_answer(socket);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(socket.receive_to_end(), "");
    socket.close();
    expect_ready(drained);
}

}  // namespace
}  // namespace carillon::test
