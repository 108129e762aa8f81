#include <gtest/gtest.h>

#include <string>

#include "support/http_answer.hpp"
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
    std::string request =
        "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) request += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    socket.send(request);
    expect_final_answer(socket, 413);
}

TEST_F(HttpLimits, AHeadTooLongIsRefusedWholeOrNot) {
    const std::string head = "GET /nothing HTTP/1.1\r\nHost: a\r\nX: " + std::string(17'000, 'x');
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
    const std::string head =
        "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
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
    in_body.send("POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
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
