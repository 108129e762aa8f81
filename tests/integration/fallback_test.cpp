// The HTTP fallback, byte by byte: wire.md 7.
#include "support/fallback_client.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/pusher_client.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

using nlohmann::json;

json subscribe(const std::string& channel) {
    return {{"event", "pusher:subscribe"}, {"data", {{"auth", ""}, {"channel", channel}}}};
}

class Fallback : public ::testing::Test {
protected:
    /// Answers polls until a message of that name comes.
    json poll_for(const std::string& event) {
        for (;;) {
            const HttpAnswer answer = ask(polls, path, "xhr");
            EXPECT_EQ(answer.status, 200);
            for (const std::string& line : lines_of(answer.body)) {
                for (const json& message : messages_of(line)) {
                    if (message.at("event") == event) return message;
                }
            }
        }
    }

    RunningServer server{test_configuration(3)};
    FallbackPath path;
    RawSocket polls{server.port(0)};
    RawSocket sends{server.port(1)};
};

TEST_F(Fallback, StreamingBeginsWithPreludeOpenAndConnectionEstablished) {
    FallbackStreamClient client(server.port(), path);
    EXPECT_EQ(client.head().status, 200);
    EXPECT_EQ(client.head().header("content-type"), "application/javascript; charset=UTF-8");
    EXPECT_EQ(client.head().header("transfer-encoding"), "chunked");
    EXPECT_EQ(client.head().header("access-control-allow-origin"), "http://page.example");
    EXPECT_EQ(client.head().header("access-control-allow-credentials"), "true");
    EXPECT_EQ(client.head().header("vary"), "Origin");
    EXPECT_EQ(client.head().header("x-accel-buffering"), "no");
    EXPECT_EQ(client.line(), std::string(2048, 'h') + "\n");
    EXPECT_EQ(client.line(), "o\n");
    const auto established = client.line();
    ASSERT_TRUE(established);
    const auto messages = messages_of(lines_of(*established).at(0));
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("event"), "pusher:connection_established");
}

TEST_F(Fallback, TheFirstPollHasOpenAndConnectionEstablished) {
    const HttpAnswer answer = ask(polls, path, "xhr");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("connection"), "keep-alive");
    const auto lines = lines_of(answer.body);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "o");
    EXPECT_EQ(messages_of(lines[1]).at(0).at("event"), "pusher:connection_established");
}

TEST_F(Fallback, RequestsReachTheSessionFromWhicheverShardOverConnectionsThatAreKept) {
    static_cast<void>(ask(polls, path, "xhr"));
    for (std::size_t shard = 0; shard < 3; ++shard) {
        RawSocket socket{server.port(shard)};
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string channel = std::to_string(3 * shard + i) + "abc";
            const HttpAnswer sent = ask(socket, path, "xhr_send", send_body({subscribe(channel)}));
            EXPECT_EQ(sent.status, 204);
            EXPECT_EQ(sent.header("content-length"), "");
            EXPECT_EQ(sent.header("content-type"), "text/plain; charset=UTF-8");
            EXPECT_EQ(poll_for("pusher_internal:subscription_succeeded").at("channel"), channel);
            // The same connection goes on with another session, maybe of another shard.
            FallbackPath other;
            other.session = "7/" + channel;
            EXPECT_EQ(ask(socket, other, "xhr").status, 200);
        }
    }
}

TEST_F(Fallback, PipelinedRequestsAreAnsweredInOrderAcrossShards) {
    std::string requests;
    for (int i = 0; i < 20; ++i) {
        FallbackPath each;
        each.session = std::to_string(i) + "/pipelined";
        requests += each.request("xhr") + each.request("xhr_send", "[]") +
                    "GET /apps HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    polls.send(requests);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(receive_answer(polls).body.substr(0, 2), "o\n");
        EXPECT_EQ(receive_answer(polls, false).status, 204);
        EXPECT_EQ(receive_answer(polls).status, 404);
    }
}

TEST_F(Fallback, SendsAreChecked) {
    EXPECT_EQ(ask(sends, path, "xhr_send", "[]").status, 404);
    static_cast<void>(ask(polls, path, "xhr"));
    const HttpAnswer empty = ask(sends, path, "xhr_send");
    EXPECT_EQ(empty.status, 500);
    EXPECT_EQ(empty.body, "Payload expected.\n");
    EXPECT_EQ(empty.header("access-control-allow-origin"), "http://page.example");
    EXPECT_EQ(ask(sends, path, "xhr_send", "{").status, 500);
    FallbackPath stranger = path;
    stranger.key = "other-key";
    EXPECT_EQ(ask(sends, stranger, "xhr_send", "[]").status, 404);
    FallbackPath odd = path;
    odd.session = "1/a-b";
    EXPECT_EQ(ask(sends, odd, "xhr").status, 404);
    EXPECT_EQ(ask(sends, path, "xhr_send", "[]").status, 204);
    EXPECT_EQ(ask(polls, path, "xhr").body, "a[]\n");
}

TEST_F(Fallback, AMessageTooLargeEndsTheSession) {
    static_cast<void>(ask(polls, path, "xhr"));
    const std::string large = json::array({std::string(131073, 'x')}).dump();
    EXPECT_EQ(ask(sends, path, "xhr_send", large).status, 413);
    EXPECT_EQ(ask(polls, path, "xhr").body, "c[1009,\"Message too large\"]\n");
    EXPECT_EQ(ask(sends, path, "xhr_send", "[]").status, 404);
}

TEST_F(Fallback, ARefusedClientIsToldAndToldAgain) {
    path.key = "nope";
    for (const char* action : {"xhr", "xhr"}) {
        const auto lines = lines_of(ask(polls, path, action).body);
        EXPECT_EQ(lines.back(), "c[4001,\"App key nope does not exist\"]");
        if (lines.size() == 1) continue;
        ASSERT_EQ(lines.size(), 3U);
        EXPECT_EQ(lines[0], "o");
        EXPECT_EQ(messages_of(lines[1]).at(0).at("data").at("code"), 4001);
    }
    FallbackStreamClient stream(server.port(2), path);
    EXPECT_EQ(stream.line()->front(), 'h');
    EXPECT_EQ(stream.line(), "c[4001,\"App key nope does not exist\"]\n");
    EXPECT_EQ(stream.line(), std::nullopt);
}

TEST_F(Fallback, ANewReceiveRequestTakesThePlaceOfTheOldOne) {
    static_cast<void>(ask(polls, path, "xhr"));
    FallbackStreamClient stream(server.port(2), path);
    polls.send(path.request("xhr"));
    EXPECT_EQ(stream.line()->front(), 'h');
    EXPECT_EQ(stream.line(), std::nullopt);
    FallbackStreamClient next(server.port(1), path);
    EXPECT_EQ(receive_answer(polls).body, "h\n");
    EXPECT_EQ(ask(sends, path, "xhr_send", send_body({subscribe("news")})).status, 204);
    EXPECT_EQ(next.receive("pusher_internal:subscription_succeeded").at("channel"), "news");
}

TEST_F(Fallback, PipelinedPollsTakeTheirPlacesOneByOne) {
    static_cast<void>(ask(polls, path, "xhr"));
    FallbackStreamClient stream(server.port(2), path);
    polls.send(path.request("xhr") + path.request("xhr"));
    EXPECT_EQ(stream.line()->front(), 'h');
    EXPECT_EQ(stream.line(), std::nullopt);
    // The first poll is in place, the second waits behind it. Another makes room for it.
    RawSocket other(server.port(1));
    other.send(path.request("xhr"));
    EXPECT_EQ(receive_answer(polls).body, "h\n");
    EXPECT_EQ(receive_answer(other).body, "h\n");
    EXPECT_EQ(ask(sends, path, "xhr_send", "[]").status, 204);
    EXPECT_EQ(receive_answer(polls).body, "a[]\n");
}

TEST_F(Fallback, AStreamStopsWhereTheClientAsksAnewAndNothingIsLost) {
    auto stream = std::make_unique<FallbackStreamClient>(server.port(), path);
    EXPECT_EQ(ask(sends, path, "xhr_send", send_body({subscribe("news")})).status, 204);
    stream->receive("pusher_internal:subscription_succeeded");
    RestClient backend(server.port());
    const std::string filler(9000, 'x');
    for (int i = 0; i < 60; ++i) backend.trigger("news", std::to_string(i), filler);

    std::size_t streams = 1;
    std::size_t units = 2400;  // Of what has been read above, nearly.
    for (int i = 0; i < 60; ++i) {
        EXPECT_EQ(stream->receive(std::to_string(i)).at("data"), filler);
        units += filler.size() + 80;
        if (units <= 262144) continue;
        stream = std::make_unique<FallbackStreamClient>(server.port(streams % 3), path);
        units = 2049;
        ++streams;
    }
    EXPECT_EQ(streams, 3U);
}

TEST_F(Fallback, TheFallbackAndWebSocketsAreOneChannel) {
    PusherClient ann(server.port(2));
    ann.join("presence-room", "ann");
    const HttpAnswer answer = ask(polls, path, "xhr");
    const json established = messages_of(lines_of(answer.body).at(1)).at(0);
    const std::string socket_id =
        json::parse(established.at("data").get<std::string>()).at("socket_id");
    const std::string data = R"({"user_id":"bob"})";
    const std::string join = subscribe_message({}, socket_id, "presence-room", data);
    EXPECT_EQ(ask(sends, path, "xhr_send", send_body({json::parse(join)})).status, 204);
    EXPECT_NE(poll_for("pusher_internal:subscription_succeeded").dump().find("ann"),
              std::string::npos);
    EXPECT_EQ(ann.receive("pusher_internal:member_added").data, R"({"user_id":"bob"})");
    ann.client_event("presence-room", "client-hello", "\"é\"");
    EXPECT_EQ(poll_for("client-hello").at("data"), "\"é\"");
    // Nobody asks any more: it has gone.
    EXPECT_EQ(ann.receive("pusher_internal:member_removed").data, R"({"user_id":"bob"})");
    EXPECT_EQ(ask(sends, path, "xhr_send", "[]").status, 404);
}

TEST_F(Fallback, AClientThatEndsItsRequestHasFiveSecondsToComeBack) {
    PusherClient ann(server.port(2));
    ann.join("presence-room", "ann");
    {
        FallbackStreamClient stream(server.port(), path);
        const json established = stream.receive("pusher:connection_established");
        const std::string socket_id =
            json::parse(established.at("data").get<std::string>()).at("socket_id");
        const std::string join =
            subscribe_message({}, socket_id, "presence-room", R"({"user_id":"bob"})");
        EXPECT_EQ(ask(sends, path, "xhr_send", send_body({json::parse(join)})).status, 204);
        stream.receive("pusher_internal:subscription_succeeded");
    }
    FallbackStreamClient back(server.port(1), path);
    ann.client_event("presence-room", "client-hello", "1");
    EXPECT_EQ(back.receive("client-hello").at("data"), "1");
    back.socket().close();
    EXPECT_EQ(ann.receive("pusher_internal:member_removed").data, R"({"user_id":"bob"})");
}

TEST_F(Fallback, APollOfADisconnectedClientDoesNotKeepTheSession) {
    PusherClient ann(server.port(2));
    ann.join("presence-room", "ann");
    const HttpAnswer answer = ask(polls, path, "xhr");
    const json established = messages_of(lines_of(answer.body).at(1)).at(0);
    const std::string socket_id =
        json::parse(established.at("data").get<std::string>()).at("socket_id");
    const std::string join =
        subscribe_message({}, socket_id, "presence-room", R"({"user_id":"bob"})");
    EXPECT_EQ(ask(sends, path, "xhr_send", send_body({json::parse(join)})).status, 204);
    poll_for("pusher_internal:subscription_succeeded");
    ann.receive("pusher_internal:member_added");
    polls.send(path.request("xhr"));
    polls.finish_sending();
    // Sooner than the heartbeat that would have ended the poll.
    EXPECT_EQ(ann.receive("pusher_internal:member_removed").data, R"({"user_id":"bob"})");
}

TEST_F(Fallback, PreflightsAreAnswered) {
    polls.send(
        "OPTIONS /pusher/app/app-key/1/abc/xhr_send HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n"
        "Access-Control-Request-Method: POST\r\n"
        "Access-Control-Request-Headers: content-type\r\n\r\n");
    const HttpAnswer answer = receive_answer(polls, false);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.header("access-control-allow-origin"), "null");
    EXPECT_EQ(answer.header("access-control-allow-headers"), "content-type");
    EXPECT_EQ(answer.header("access-control-allow-methods"), "OPTIONS, POST");
    EXPECT_EQ(answer.header("access-control-max-age"), "31536000");
    EXPECT_EQ(answer.header("content-length"), "");
}

TEST_F(Fallback, PathsOfTheOldSockJsAndPlainGetsAreNotFound) {
    for (const char* target : {"/pusher/info", "/pusher/1/abc/eventsource", "/pusher/iframe.html",
                               "/pusher/app/app-key"}) {
        polls.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(receive_answer(polls).status, 404) << target;
    }
}

TEST_F(Fallback, StatisticsAreAnsweredAndForgotten) {
    polls.send("GET /timeline/v2/jsonp/7?session=1&timeline=x HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(polls).body, "Pusher.ScriptReceivers[7](null,{});");
    polls.send("GET /timeline/v2/jsonp/7%5D%3Balert(1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(polls).status, 404);
    polls.send("GET /timeline/v2/xhr/2?session=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(receive_answer(polls).body, "{}");
}

TEST_F(Fallback, ThousandsOfHalfOpenPollsAreForgottenWhenTheirClientsGo) {
    Configuration configuration = test_configuration(2);
    configuration.apps[0].limits.max_connections = 2000;
    RunningServer bounded{configuration};
    std::vector<RawSocket> sockets;
    for (int i = 0; i < 2000; ++i) {
        FallbackPath each;
        each.session = std::to_string(i) + "/half";
        sockets.emplace_back(bounded.port(static_cast<std::size_t>(i) % 2));
        EXPECT_EQ(ask(sockets.back(), each, "xhr").status, 200);
        sockets.back().send(each.request("xhr"));
    }
    FallbackPath late;
    RawSocket socket{bounded.port()};
    EXPECT_NE(ask(socket, late, "xhr").body.find("c[4004,"), std::string::npos);
    sockets.clear();
    int round = 0;
    EXPECT_TRUE(eventually([&] {
        late.session = std::to_string(++round) + "/again";
        RawSocket next{bounded.port()};
        return ask(next, late, "xhr").body.find("connection_established") != std::string::npos;
    }));
}

TEST_F(Fallback, AClientThatReadsNothingIsClosed) {
    Configuration configuration = test_configuration(1);
    configuration.connection.max_queued_bytes = 65536;
    RunningServer bounded{configuration};
    RawSocket socket{bounded.port()};
    static_cast<void>(ask(socket, path, "xhr"));
    EXPECT_EQ(ask(socket, path, "xhr_send", send_body({subscribe("news")})).status, 204);
    EXPECT_EQ(lines_of(ask(socket, path, "xhr").body).size(), 1U);
    RestClient backend(bounded.port());
    for (int i = 0; i < 10; ++i) backend.trigger("news", "e", std::string(10000, 'x'));
    const auto lines = lines_of(ask(socket, path, "xhr").body);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(messages_of(lines[0]).at(0).at("data").at("code"), 4100);
    EXPECT_TRUE(lines[1].starts_with("c[4100,"));
}

TEST_F(Fallback, AShutdownClosesItsClients) {
    FallbackStreamClient stream(server.port(), path);
    stream.receive("pusher:connection_established");
    auto done = server.drain(std::chrono::milliseconds(50));
    EXPECT_EQ(stream.receive("pusher:error").at("data").at("code"), 4200);
    EXPECT_TRUE(stream.line()->starts_with("c[4200,"));
    EXPECT_EQ(stream.line(), std::nullopt);
    EXPECT_EQ(done.wait_for(patience), std::future_status::ready);
}

}  // namespace
}  // namespace carillon::test
