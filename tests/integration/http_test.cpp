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

class Http : public ::testing::Test {
protected:
    RunningServer server{test_configuration(4)};
};

std::string get_request(std::string_view path, std::string_view headers = {}) {
    return "GET " + signed_target({}, "GET", path) + " HTTP/1.1\r\nHost: a\r\n" +
           std::string(headers) + "\r\n";
}

std::string trigger_body(std::string_view channel, std::string_view data) {
    return nlohmann::json{{"channel", channel}, {"name", "event"}, {"data", data}}.dump();
}

/// The head of a trigger, up to its own `headers`, which end with those that frame the body.
std::string post_head(std::string_view body, std::string_view headers) {
    return "POST " + signed_target({}, "POST", "/apps/app-id/events", body) +
           " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

std::string post_request(std::string_view body, std::string_view headers = {}) {
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return post_head(body, std::string(headers) + length).append(body);
}

TEST_F(Http, KeepsConnectionsAlive) {
    RestClient rest(server.port());
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(rest.query("/channels/c").at("occupied"), false);
        rest.trigger("c", "event", "{}");
    }
}

TEST_F(Http, AnswersPipelinedRequestsInOrder) {
    PusherClient client(server.port(3));
    for (int i = 0; i < 100; i += 10) client.subscribe("held-" + std::to_string(i));
    std::string requests;
    for (int i = 0; i < 100; ++i) {
        const std::string n = std::to_string(i);
        switch (i % 5) {
            case 0:
                requests += get_request("/apps/app-id/channels/held-" + n);
                break;
            case 1:
                requests += post_request(trigger_body("held-0", n));
                break;
            case 2:
                requests += "GET /nothing/" + n + " HTTP/1.1\r\nHost: a\r\n\r\n";
                break;
            case 3:
                requests +=
                    "PUT /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                    "\r\n{}";
                break;
            default:
                requests += "GET /apps/app-id/channels HTTP/1.1\r\nHost: a\r\n\r\n";
        }
    }
    RawSocket socket(server.port());
    socket.send(requests);
    for (int i = 0; i < 100; ++i) {
        SCOPED_TRACE(i);
        const HttpAnswer answer = receive_answer(socket);
        EXPECT_EQ(answer.status, std::vector({200, 200, 404, 405, 401})[std::size_t(i) % 5]);
        if (i % 5 == 0) {
            EXPECT_EQ(nlohmann::json::parse(answer.body).at("occupied"), i % 10 == 0);
        }
    }
    for (int i = 1; i < 100; i += 5) EXPECT_EQ(client.receive("event").data, std::to_string(i));
}

class HttpOnShards : public ::testing::TestWithParam<std::uint32_t> {};

// One shard answers within the call, several answer later.
INSTANTIATE_TEST_SUITE_P(OneAndMore, HttpOnShards, ::testing::Values(1U, 4U));

TEST_P(HttpOnShards, AnswersWhatIsPipelinedBehindALongAnswer) {
    Configuration configuration = test_configuration(GetParam());
    configuration.apps.front().limits.max_subscriptions_per_connection = 0;
    const RunningServer server(configuration);
    RawWebSocket subscriber(server.port());
    constexpr int channels = 3000;
    for (int i = 0; i < channels; ++i) {
        const std::string name = std::string(190, 'c') + std::to_string(i);
        subscriber.send_text(subscribe_message({}, "", name));
    }
    for (int i = 0; i <= channels; ++i) static_cast<void>(subscriber.receive_text());

    RawSocket socket(server.port(), 1 << 20);
    std::string requests;
    for (int i = 0; i < 5; ++i) requests += get_request("/apps/app-id/channels");
    for (int round = 0; round < 5; ++round) {  // The window opens as the connection is used.
        socket.send(requests);
        for (int i = 0; i < 5; ++i) EXPECT_GT(receive_answer(socket).body.size(), 500'000U);
    }
}

TEST_F(Http, ReadsChunkedBodies) {
    PusherClient client(server.port(1));
    client.subscribe("c");
    const std::string body = trigger_body("c", "in pieces");
    std::string chunked;
    for (std::size_t at = 0; at < body.size(); at += 7) {
        const std::string piece = body.substr(at, 7);
        chunked += std::to_string(piece.size()) + ";note=\"x\"\r\n" + piece + "\r\n";
    }
    const std::string request =
        post_head(body, "Transfer-Encoding: chunked\r\nTrailer: X-Note\r\n") + chunked +
        "0\r\nX-Note: y\r\n\r\n";
    RawSocket socket(server.port());
    socket.send(request);
    EXPECT_EQ(receive_answer(socket).status, 200);
    socket.send_byte_by_byte(request);
    EXPECT_EQ(receive_answer(socket).status, 200);
    EXPECT_EQ(client.receive().data, "in pieces");
    EXPECT_EQ(client.receive().data, "in pieces");
    socket.send_byte_by_byte(post_head("", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n");
    EXPECT_EQ(receive_answer(socket).status, 400) << "it has no event";
}

TEST_F(Http, RequestsMayBeSplitAnywhere) {
    const std::string request =
        post_request(trigger_body("c", "{}")) + get_request("/apps/app-id/channels");
    RawSocket socket(server.port());
    for (std::size_t at = 1; at < request.size(); ++at) {
        socket.send(std::string_view(request).substr(0, at));
        socket.send(std::string_view(request).substr(at));
        ASSERT_EQ(receive_answer(socket).status, 200) << "split at " << at;
        ASSERT_EQ(receive_answer(socket).status, 200) << "split at " << at;
    }
    socket.send_byte_by_byte(request);
    EXPECT_EQ(receive_answer(socket).status, 200);
    EXPECT_EQ(receive_answer(socket).status, 200);
}

TEST_F(Http, SendsContinueBeforeABody) {
    const std::string body = trigger_body("c", "{}");
    const std::string request = post_request(body, "Expect: 100-continue\r\n");
    RawSocket socket(server.port());
    socket.send(request.substr(0, request.size() - body.size()));
    EXPECT_EQ(receive_answer(socket, false).status, 100);
    socket.send(body);
    EXPECT_EQ(receive_answer(socket).status, 200);
}

TEST_F(Http, HeadAndOptionsAreNotAllowed) {
    RawSocket socket(server.port());
    for (const std::string_view path : {"/apps/app-id/channels", "/apps/app-id/channels/c",
                                        "/apps/app-id/channels/presence-c/users"}) {
        socket.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const HttpAnswer head = receive_answer(socket, false);
        EXPECT_EQ(head.status, 405);
        EXPECT_EQ(head.header("allow"), "GET");
        socket.send("OPTIONS " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const HttpAnswer options = receive_answer(socket);
        EXPECT_EQ(options.status, 405);
        EXPECT_EQ(options.header("allow"), "GET");
    }
    socket.send("GET /apps/app-id/events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(socket).header("allow"), "POST");
}

TEST_F(Http, ClosesWhenAskedTo) {
    for (const std::string_view request :
         {"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          "GET /nothing HTTP/1.0\r\n\r\n"}) {
        RawSocket socket(server.port());
        socket.send(request);
        const HttpAnswer answer = receive_answer(socket);
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_EQ(socket.receive_to_end(), "");
        EXPECT_FALSE(socket.was_reset());
    }
}

TEST_F(Http, KeepsAnOldClientThatAsksForIt) {
    RawSocket socket(server.port());
    for (int i = 0; i < 2; ++i) {
        socket.send("GET /nothing HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const HttpAnswer answer = receive_answer(socket);
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.header("connection"), "keep-alive");
    }
}

TEST_F(Http, AnswersAClientThatHasFinishedSending) {
    RawSocket socket(server.port());
    socket.send(
        get_request("/apps/app-id/channels"));  // Asks the other shards, so it takes a while.
    socket.finish_sending();
    EXPECT_EQ(receive_answer(socket).status, 200);
    EXPECT_EQ(socket.receive_to_end(), "");
    EXPECT_FALSE(socket.was_reset());
}

TEST_F(Http, WantsExactlyOneHost) {
    for (const std::string_view hosts : {"", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n"}) {
        RawSocket socket(server.port());
        socket.send("GET /nothing HTTP/1.1\r\n" + std::string(hosts) + "\r\n");
        EXPECT_EQ(receive_answer(socket).status, 400) << hosts;
        EXPECT_EQ(socket.receive_to_end(), "");
    }
}

TEST_F(Http, GarbageIsABadRequest) {
    using namespace std::string_literals;
    for (const std::string& garbage :
         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS\r\n\r\n"s, "GET\r\n\r\n"s,
          "GET / HTTP/2.0\r\nHost: a\r\n\r\n"s, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"s,
          "GET / HTTP/1.1\r\nHost: a\r\n folded\x01: b\r\n\r\n"s,
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"s,
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"s,
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"s +
              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST /app/app-key/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\n"s +
              "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
        SCOPED_TRACE(garbage);
        RawSocket socket(server.port());
        socket.send(garbage);
        const HttpAnswer answer = receive_answer(socket);
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_EQ(socket.receive_to_end(), "");
        EXPECT_FALSE(socket.was_reset());
    }
}

}  // namespace
}  // namespace carillon::test
