#include <gtest/gtest.h>

#include <string>

#include "carillon/auth/api_request.hpp"
#include "http_answer.hpp"
#include "request_signer.hpp"

namespace carillon::bench::test {
namespace {

TEST(RequestSigner, SignsWhatTheServerAccepts) {
    for (const std::size_t secret_size : {1U, 20U, 64U, 65U, 200U}) {
        const Credential credential{"some-key", std::string(secret_size, 's')};
        RequestSigner signer(credential, "/prefix", "/apps/42/events", "host:1", true);
        for (const std::int64_t second : {1'700'000'000, 1'700'000'000, 1'700'000'001}) {
            const std::string body = "{\"n\":" + std::to_string(second) + "}";
            std::string request;
            signer.append(request, body, second);
            ASSERT_TRUE(request.starts_with("POST /prefix/apps/42/events?"));
            ASSERT_TRUE(request.ends_with("\r\n\r\n" + body));
            const std::size_t query_begin = request.find('?') + 1;
            const auto query = Query::parse(std::string_view{request}.substr(
                query_begin, request.find(' ', query_begin) - query_begin));
            ASSERT_TRUE(query);
            const ApiRequest read{"POST", "/apps/42/events", *query, body};
            const auto refusal = check_api_request(read, {&credential, 1}, second, 1, "");
            EXPECT_FALSE(refusal) << refusal->text;
        }
    }
}

TEST(RequestSigner, MakesThePublishedVector) {
    RequestSigner signer({"a1b2c3d4e5f60718293a", "0f1e2d3c4b5a69788796"}, "", "/apps/4242/events",
                         "h", false);
    std::string request;
    signer.append(request,
                  R"({"name":"order-shipped","data":"{\"id\":1}","channels":["private-orders"]})",
                  1'700'000'000);
    EXPECT_NE(request.find("auth_signature="
                           "bf74acca36fa8e8ef5223a23d2e01eb477ecd1af034ee8dedb4adb53bd1dd655 "),
              request.npos);
    EXPECT_NE(request.find("\r\nContent-Length: 74\r\n"), request.npos);
    EXPECT_NE(request.find("\r\nConnection: close\r\n"), request.npos);
}

void expect_answer(const std::string& bytes, int status, bool keeps_alive) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        HttpAnswer answer;
        ASSERT_FALSE(answer.feed(bytes.substr(0, cut))) << cut;
        ASSERT_TRUE(answer.feed(bytes.substr(cut))) << cut;
        EXPECT_EQ(answer.status(), status);
        EXPECT_EQ(answer.keeps_alive(), keeps_alive);
    }
}

TEST(HttpAnswer, EndsWhereItsLengthSays) {
    expect_answer("HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length:  2 \r\n\r\n{}", 200, true);
    expect_answer("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 503,
                  false);
    expect_answer("HTTP/1.0 400 Bad\r\nContent-Length: 3\r\n\r\nbad", 400, false);
    expect_answer("HTTP/1.1 204 No Content\r\n\r\n", 204, true);
}

TEST(HttpAnswer, EndsWithTheLastChunk) {
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200,
                  true);
}

TEST(HttpAnswer, MayEndWithTheConnection) {
    HttpAnswer answer;
    EXPECT_FALSE(answer.feed("HTTP/1.1 200 OK\r\n\r\n{}"));
    EXPECT_TRUE(answer.end());
    answer.reset();
    EXPECT_FALSE(answer.feed("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"));
    EXPECT_FALSE(answer.end());
}

}  // namespace
}  // namespace carillon::bench::test
