#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/credentials.hpp"
#include "support/http_answer.hpp"
#include "support/pusher_client.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;

constexpr auto taken_no_more = 300ms;  // Too short makes these tests weaker, never wrong.

Configuration short_time_outs() {
    Configuration configuration = test_configuration(2);
    configuration.http.header_timeout_seconds = 1;
    configuration.http.idle_timeout_seconds = 1;
    return configuration;
}

class HttpLimits : public ::testing::Test {
protected:
    /// The answer ends the connection, without a reset although more was sent.
    static void expect_final_answer(RawSocket& from, int status) {
        const HttpAnswer answer = receive_answer(from);
        EXPECT_EQ(answer.status, status);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_EQ(from.receive_to_end(), "");
        EXPECT_FALSE(from.was_reset());
    }

    RunningServer server{test_configuration(2)};
    RawSocket socket{server.port()};
};

class HttpTimeOuts : public HttpLimits {
protected:
    RunningServer impatient{short_time_outs()};
    RawSocket slow{impatient.port()};
};

constexpr std::string_view too_long_head =
    "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n";

/// A request whose body is read without a signature.
constexpr std::string_view unsigned_request =
    "POST /app/app-key/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\n";

/// The head of a trigger that is signed for a body of `size` bytes.
std::string signed_head(const std::string& body) {
    return "POST " + signed_target({}, "POST", "/apps/app-id/events", body) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
}

TEST_F(HttpLimits, ABodyIsAwaitedOnlyIfTheHeadIsSigned) {
    const std::string length = " HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    const std::string path = "/apps/app-id/events";
    const std::string body(100'000, 'x');
    std::string target = signed_target({}, "POST", path, body);
    target.back() = target.back() == '0' ? '1' : '0';
    for (const auto& [head, status] : {std::pair{"POST " + path, 401},
                                       {"POST " + path + "?auth_key=nope", 401},
                                       {"POST " + target, 401},
                                       {"POST /apps/nope/events", 404},
                                       {"POST /nowhere", 404},
                                       {"PUT " + path, 405}}) {
        SCOPED_TRACE(head);
        RawSocket stranger(server.port());
        stranger.send(head + length);
        expect_final_answer(stranger, status);
        RawSocket sender(server.port());  // Who has begun to send the body gets the answer, too.
        sender.send(head + length + std::string(50'000, 'x'));
        expect_final_answer(sender, status);
        RawSocket asker(server.port());
        asker.send(head + length.substr(0, length.size() - 2) + "Expect: 100-continue\r\n\r\n");
        expect_final_answer(asker, status);
    }
    const std::string event = R"({"channel":"c","name":"e","data":"x"})" + std::string(40'000, ' ');
    socket.send(signed_head(event) + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(receive_answer(socket, false).status, 100);
    socket.send(event);
    EXPECT_EQ(receive_answer(socket).status, 200);
    socket.send(signed_head(event) + "\r\n" + event);
    EXPECT_EQ(receive_answer(socket).status, 200);
    socket.send(signed_head(event) + "\r\n" + std::string(event.size(), 'x'));
    EXPECT_EQ(receive_answer(socket).status, 401) << "another body than the signed one";
}

TEST_F(HttpLimits, AShortUnsignedBodyDoesNotCostTheConnection) {
    for (int i = 0; i < 2; ++i) {
        socket.send("POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        const HttpAnswer answer = receive_answer(socket);
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.header("connection"), "keep-alive");
    }
}

TEST(HttpUnauthenticated, BytesAreBoundedAndTheOldestRequestIsDropped) {
    Configuration configuration = test_configuration(1);
    configuration.http.max_unauthenticated_bytes = 65536;
    const RunningServer server(configuration);
    const std::string half_head =
        "GET /nothing HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x');
    std::vector<std::unique_ptr<RawSocket>> sockets;
    for (int i = 0; i < 5; ++i) {
        sockets.push_back(std::make_unique<RawSocket>(server.port()));
        sockets.back()->send(half_head);
        // The next comes after it, for the server, too.
        RestClient(server.port()).trigger("c", "e", "{}");
    }
    for (int i = 0; i < 2; ++i) EXPECT_EQ(receive_answer(*sockets[i]).status, 503) << i;
    for (int i = 2; i < 5; ++i) {
        sockets[i]->send("\r\n\r\n");
        EXPECT_EQ(receive_answer(*sockets[i]).status, 404) << i;
    }
}

TEST(HttpUnauthenticated, BytesDoNotIncludeSignedRequests) {
    Configuration configuration = test_configuration(1);
    configuration.http.max_unauthenticated_bytes = 65536;
    const RunningServer server(configuration);
    const std::string event =
        R"({"channel":"c","name":"e","data":"x"})" + std::string(500'000, ' ');
    RawSocket backend(server.port());
    backend.send(signed_head(event) + "\r\n" + event.substr(0, 400'000));
    std::vector<std::unique_ptr<RawSocket>> strangers;
    for (int i = 0; i < 5; ++i) {
        strangers.push_back(std::make_unique<RawSocket>(server.port()));
        strangers.back()->send("GET /nothing HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
    }
    EXPECT_EQ(receive_answer(*strangers.front()).status, 503);
    backend.send(event.substr(400'000));
    EXPECT_EQ(receive_answer(backend).status, 200);
}

TEST(HttpSockets, WithoutAClientMakeRoomForOthersLongestWaitFirst) {
    Configuration configuration = test_configuration(1);
    configuration.connection.max_connections = 10;
    configuration.http.header_timeout_seconds = 3600;
    configuration.http.idle_timeout_seconds = 3600;
    const RunningServer server(configuration);
    RestClient backend(server.port());
    backend.trigger("c", "e", "{}");
    PusherClient client(server.port());
    std::vector<std::unique_ptr<RawSocket>> strangers;
    for (int i = 0; i < 150; ++i) {
        strangers.push_back(std::make_unique<RawSocket>(server.port()));
        if (i % 2 == 0) strangers.back()->send("GET /nothing HTTP/1.1\r\n");
    }
    for (int i = 0; i < 70; ++i) EXPECT_EQ(strangers[i]->receive_to_end(), "") << i;
    strangers.back()->send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(*strangers.back()).status, 404);
    backend.trigger("c", "e", "{}");  // Whoever had a request accepted is closed last.
    client.subscribe("c");
    PusherClient(server.port()).subscribe("c");
}

TEST_F(HttpLimits, AnUpgradeMayHaveCookiesOf32KiBWhateverTheSetting) {
    Configuration configuration = test_configuration(1);
    configuration.http.max_header_bytes = 2048;
    const RunningServer strict(configuration);
    const auto request = [](std::string_view path, std::size_t cookie) {
        return "GET " + std::string(path) +
               " HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(cookie, 'x') +
               "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    };
    for (const auto& [path, cookie, status] : {std::tuple{"/app/app-key", 2000, 101},
                                               {"/app/app-key", 32'400, 101},
                                               {"/app/app-key", 33'000, 431},
                                               {"/nothing", 2000, 431}}) {
        RawSocket client(strict.port());
        client.send(request(path, static_cast<std::size_t>(cookie)));
        EXPECT_EQ(receive_answer(client, false).status, status) << path << " " << cookie;
    }
}

TEST_F(HttpLimits, ABodyTooLongIsRefusedBeforeItIsSent) {
    socket.send(std::string(too_long_head) + "\r\n");
    expect_final_answer(socket, 413);
}

TEST_F(HttpLimits, ABodyTooLongIsRefusedInsteadOfContinue) {
    socket.send(std::string(too_long_head) + "Expect: 100-continue\r\n\r\n");
    expect_final_answer(socket, 413);
}

TEST_F(HttpLimits, ABodyTooLongMayBeOnItsWay) {
    socket.send(std::string(too_long_head) + "\r\n" + std::string(1'000'000, 'x'));
    expect_final_answer(socket, 413);
}

TEST_F(HttpLimits, ChunksTooLongInSumAreRefused) {
    std::string request = std::string(unsigned_request) + "Transfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) request += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    socket.send(request);
    expect_final_answer(socket, 413);
}

TEST_F(HttpLimits, AHeadTooLongIsRefusedWholeOrNot) {
    const std::string head = "GET /nothing HTTP/1.1\r\nHost: a\r\nX: " + std::string(33'000, 'x');
    socket.send(head);
    expect_final_answer(socket, 431);
    RawSocket other(server.port());
    other.send(head + "\r\n\r\n");
    expect_final_answer(other, 431);
}

TEST_F(HttpLimits, AHeadOfManyFieldsIsRefused) {
    std::string head = "GET /nothing HTTP/1.1\r\nHost: a\r\n";
    while (head.size() < 1U << 20U) head += "X: y\r\n";
    socket.send(head);  // In many reads of the server's.
    expect_final_answer(socket, 431);
}

TEST_F(HttpLimits, ChunkHeadsAndTrailersTooLongAreRefused) {
    const std::string head = std::string(unsigned_request) + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string endless(1U << 20U, 'x');
    for (const std::string_view begin : {"1;", "0\r\nX: "}) {
        RawSocket other(server.port());
        other.send(head + std::string(begin));
        other.send(endless);
        const int status = receive_answer(other).status;
        EXPECT_TRUE(status == 400 || status == 413 || status == 431) << status;
        EXPECT_EQ(other.receive_to_end(), "");
    }
}

TEST_F(HttpLimits, AnswersToAClientThatDoesNotReadAreBounded) {
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    std::string requests;
    while (requests.size() < 64U << 20U) requests += request;
    RawSocket deaf(server.port(), 4096);
    const std::size_t taken = deaf.send_while_taken(requests, taken_no_more);
    EXPECT_LT(taken, requests.size());
    for (std::size_t i = 0; i < taken / request.size(); ++i) {
        ASSERT_EQ(receive_answer(deaf).status, 404) << "answer " << i;
    }
    deaf.send(requests.substr(taken, request.size() - taken % request.size()));
    EXPECT_EQ(receive_answer(deaf).status, 404);
}

TEST_F(HttpTimeOuts, AnIncompleteRequestIs408) {
    slow.send("GET /nothing HT");
    expect_final_answer(slow, 408);
    RawSocket in_body(impatient.port());
    in_body.send(std::string(unsigned_request) + "Content-Length: 10\r\n\r\nhalf");
    expect_final_answer(in_body, 408);
}

TEST_F(HttpTimeOuts, ASilentClientIsClosed) {
    EXPECT_EQ(slow.receive_to_end(), "");
}

TEST_F(HttpTimeOuts, AnIdleConnectionIsClosed) {
    slow.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(slow).header("connection"), "keep-alive");
    EXPECT_EQ(slow.receive_to_end(), "");
}

}  // namespace
}  // namespace carillon::test
