// Who is let in, and what each limit answers: wire.md 1.6, 2.10, 8.2.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "support/fallback_client.hpp"
#include "support/http_answer.hpp"
#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

using nlohmann::json;

class Admission : public ::testing::Test {
protected:
    Admission() { configuration.apps.push_back(make_app(second_app)); }

    Limits& limits() { return configuration.apps[0].limits; }

    /// Code of `pusher:error` and of the close, which have to be the same; 0 if it is let in.
    static int try_to_enter(std::uint16_t port, const std::string& fields = {},
                            const std::string& key = "app-key") {
        RawSocket socket(port);
        socket.send(upgrade_request("/app/" + key, fields));
        RawWebSocket client(std::move(socket));
        const json first = json::parse(client.receive_text());
        if (first.at("event") == "pusher:connection_established") return 0;
        const int code = first.at("data").at("code");
        EXPECT_EQ(client.receive_close().close_code(), code);
        return code;
    }

    Configuration configuration = test_configuration(2);
};

TEST_F(Admission, CountsTheConnectionsOfAnAppAndOfTheNodeOverAllShards) {
    limits().max_connections = 2;
    configuration.connection.max_connections = 3;
    RunningServer server(configuration);
    std::vector<PusherClient> clients;
    clients.emplace_back(server.port(0));
    clients.emplace_back(server.port(1));
    EXPECT_EQ(try_to_enter(server.port(0)), 4004);
    clients.emplace_back(server.port(0), second_app);
    EXPECT_EQ(try_to_enter(server.port(1), {}, second_app.key), 4100);
    EXPECT_EQ(try_to_enter(server.port(1)), 4004);
    clients[2].close();
    EXPECT_TRUE(eventually([&] { return try_to_enter(server.port(1), {}, second_app.key) == 0; }));
}

TEST_F(Admission, TheFallbackCountsAmongConnections) {
    limits().max_connections = 1;
    RunningServer server(configuration);
    RawSocket polls{server.port(0)};
    EXPECT_EQ(ask(polls, {}, "xhr").status, 200);
    EXPECT_EQ(try_to_enter(server.port(1)), 4004);
}

TEST_F(Admission, LimitsNewClientsPerAddressAndSecond) {
    configuration.connection.max_new_per_second_per_address = 3;
    configuration.http.trusted_proxies = {"127.0.0.1"};
    RunningServer server(configuration);
    const auto from = [](const std::string& address) {
        return "X-Forwarded-For: " + address + "\r\n";
    };
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(try_to_enter(server.port(i % 2), from("192.0.2.1")), 0);
    }
    EXPECT_EQ(try_to_enter(server.port(0), from("192.0.2.1")), 4100);
    EXPECT_EQ(try_to_enter(server.port(0), from("192.0.2.2")), 0);
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string address = "2001:db8:0:1::" + std::to_string(i);
        EXPECT_EQ(try_to_enter(server.port(i % 2), from(address)), 0);
    }
    EXPECT_EQ(try_to_enter(server.port(1), from("2001:db8:0:1:ffff::")), 4100);
    EXPECT_EQ(try_to_enter(server.port(1), from("2001:db8:0:2::1")), 0);
    EXPECT_TRUE(eventually([&] { return try_to_enter(server.port(0), from("192.0.2.1")) == 0; }));
}

TEST_F(Admission, ReadsAllLinesOfForwardedForAsOneList) {
    configuration.connection.max_new_per_second_per_address = 1;
    configuration.http.trusted_proxies = {"127.0.0.1"};
    RunningServer server(configuration);
    // The client's own line first, then that of a proxy that appends lines.
    const auto behind_proxy = [](const std::string& invented) {
        return "X-Forwarded-For: " + invented + "\r\nx-forwarded-for: 192.0.2.1\r\n";
    };
    EXPECT_EQ(try_to_enter(server.port(0), behind_proxy("198.51.100.1")), 0);
    EXPECT_EQ(try_to_enter(server.port(0), behind_proxy("198.51.100.2")), 4100);
    EXPECT_EQ(try_to_enter(server.port(0), behind_proxy("")), 4100);
    EXPECT_EQ(try_to_enter(server.port(0), "X-Forwarded-For: 192.0.2.1:5678\r\n"), 4100);
    EXPECT_EQ(try_to_enter(server.port(0), "X-Forwarded-For: 198.51.100.1\r\n"), 0);
}

TEST_F(Admission, ReadsAllLinesOfForwardedProtoAsOneList) {
    configuration.apps[0].tls_only = true;
    configuration.http.trusted_proxies = {"127.0.0.1"};
    RunningServer server(configuration);
    const std::string http = "X-Forwarded-Proto: http\r\n";
    const std::string https = "X-Forwarded-Proto: HTTPS\r\n";
    EXPECT_EQ(try_to_enter(server.port(), https + http), 4000);
    EXPECT_EQ(try_to_enter(server.port(), http + https), 0);
    EXPECT_EQ(try_to_enter(server.port(), https), 0);
}

TEST_F(Admission, DoesNotTakeATrailerForAHeader) {
    configuration.apps[0].tls_only = true;
    configuration.http.trusted_proxies = {"127.0.0.1"};
    RunningServer server(configuration);
    // The proxy says http; the client, behind its body and so behind what the proxy wrote, https.
    const auto answer = [&server](const std::string& trailer) {
        RawSocket client(server.port());
        client.send("POST /pusher/app/app-key/" + FallbackPath{}.session +
                    "/xhr?protocol=7 HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n" +
                    trailer + "\r\n");
        return receive_answer(client).body;
    };
    EXPECT_NE(answer("").find("4000"), std::string::npos);
    EXPECT_NE(answer("X-Forwarded-Proto: https\r\n").find("4000"), std::string::npos);
}

TEST_F(Admission, IgnoresForwardedForFromUntrustedPeers) {
    configuration.connection.max_new_per_second_per_address = 1;
    RunningServer server(configuration);
    EXPECT_EQ(try_to_enter(server.port(0), "X-Forwarded-For: 192.0.2.1\r\n"), 0);
    EXPECT_EQ(try_to_enter(server.port(0), "X-Forwarded-For: 192.0.2.2\r\n"), 4100);
}

TEST_F(Admission, AcceptsPagesOfAllowedOriginsOnly) {
    configuration.apps[0].allowed_origins =
        AllowedOrigins({*OriginPattern::parse("https://*.example.com")});
    RunningServer server(configuration);
    EXPECT_EQ(try_to_enter(server.port(), "Origin: https://app.example.com\r\n"), 0);
    EXPECT_EQ(try_to_enter(server.port(), "Origin: https://evil.example\r\n"), 4009);
    EXPECT_EQ(try_to_enter(server.port()), 0);
    EXPECT_EQ(try_to_enter(server.port(), "Origin: https://evil.example\r\n", second_app.key), 0);
}

TEST_F(Admission, ClosesClientsThatDoNotAuthorizeInTime) {
    limits().authorization_timeout_seconds = 1;
    RunningServer server(configuration);
    PusherClient authorized(server.port(0));
    PusherClient open(server.port(1));
    authorized.subscribe("private-a");
    open.subscribe("news");
    const ReceivedClose close = open.receive_close();
    EXPECT_EQ(close.code, 4009);
    EXPECT_EQ(close.reason, "Connection not authorized within timeout");
    RestClient(server.port()).trigger("private-a", "still-here", "{}");
    EXPECT_EQ(authorized.receive().name, "still-here");
}

TEST_F(Admission, RefusesRestRequestsAboveTheRateWithRetryAfter) {
    limits().max_api_requests_per_second = 3;
    RunningServer server(configuration);
    RestClient here(server.port(0));
    RestClient there(server.port(1));
    std::vector<HttpAnswer> answers;
    for (int i = 0; i < 10; ++i) answers.push_back((i % 2 == 0 ? here : there).get("/channels"));
    EXPECT_EQ(answers[0].status, 200);
    EXPECT_EQ(answers[1].status, 200);
    EXPECT_EQ(answers[2].status, 200);
    EXPECT_EQ(answers.back().status, 429);
    EXPECT_EQ(answers.back().header("retry-after"), "1");
    EXPECT_EQ(RestClient(server.port(), second_app).get("/channels").status, 200);
}

TEST_F(Admission, UnauthenticatedRequestsDoNotCountForTheApp) {
    limits().max_api_requests_per_second = 1;
    RunningServer server(configuration);
    RestClient stranger(server.port(), {"app-id", "app-key", "wrong"});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(stranger.get("/channels").status, 401);
    EXPECT_EQ(RestClient(server.port()).get("/channels").status, 200);
}

TEST_F(Admission, SubscriptionErrorsCanBeSwitchedOff) {
    configuration.apps[0].subscription_errors = false;
    RunningServer server(configuration);
    PusherClient client(server.port());
    client.send_text(R"({"event":"pusher:subscribe","data":{"channel":"private-a","auth":"x:y"}})");
    EXPECT_EQ(client.receive().name, "pusher:error");
    client.send_text(R"({"event":"pusher:ping"})");
    EXPECT_EQ(client.receive().name, "pusher:pong");
}

}  // namespace
}  // namespace carillon::test
