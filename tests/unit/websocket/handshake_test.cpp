#include "carillon/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace carillon {
namespace {

WsUpgradeRequest good() {
    return {.method = "GET",
            .http_version = 11,
            .has_host = true,
            .upgrade = "websocket",
            .connection = "Upgrade",
            .version = "13",
            .key = "dGhlIHNhbXBsZSBub25jZQ==",
            .protocol = "",
            .extensions = ""};
}

unsigned status_of(const WsUpgradeRequest& request) {
    const auto answer = accept_ws_upgrade(request);
    return answer ? 101 : answer.error().status;
}

TEST(WsHandshake, AnswersTheKeyOfTheRfc) {
    EXPECT_EQ(ws_accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const auto answer = accept_ws_upgrade(good());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(answer->subprotocol, "");
    EXPECT_EQ(answer->deflate, "");
}

TEST(WsHandshake, FindsItsTokensInListsInAnyCase) {
    auto request = good();
    for (const auto* value :
         {"Upgrade", "keep-alive, Upgrade", "UPGRADE,keep-alive", "a,\tupgrade ,b"}) {
        request.connection = value;
        EXPECT_EQ(status_of(request), 101U) << value;
    }
    for (const auto* value : {"WebSocket", "h2c, websocket", "WEBSOCKET ,h2c"}) {
        request.upgrade = value;
        EXPECT_EQ(status_of(request), 101U) << value;
    }
}

TEST(WsHandshake, Answers426WithoutAnUpgrade) {
    for (const auto* value : {"", "h2c", "websockets", "web socket", "websocket;x", ","}) {
        auto request = good();
        request.upgrade = value;
        EXPECT_EQ(status_of(request), 426U) << value;
    }
    for (const auto* value : {"", "keep-alive", "upgraded", "close, up grade"}) {
        auto request = good();
        request.connection = value;
        EXPECT_EQ(status_of(request), 426U) << value;
    }
    auto request = good();
    request.http_version = 10;
    EXPECT_EQ(status_of(request), 426U);
}

TEST(WsHandshake, Answers426ToOtherVersions) {
    for (const auto* value : {"", "8", "12", "14", "013", "13, 8"}) {
        auto request = good();
        request.version = value;
        EXPECT_EQ(status_of(request), 426U) << value;
    }
}

TEST(WsHandshake, Answers405ToOtherMethods) {
    for (const auto* value : {"POST", "HEAD", "get", ""}) {
        auto request = good();
        request.method = value;
        EXPECT_EQ(status_of(request), 405U) << value;
    }
}

TEST(WsHandshake, Answers400WithoutHost) {
    auto request = good();
    request.has_host = false;
    EXPECT_EQ(status_of(request), 400U);
}

TEST(WsHandshake, Answers400ToAKeyThatIsNot16Bytes) {
    for (const auto* value : {
             "",
             "dGhlIHNhbXBsZSBub25jZQ=",
             "dGhlIHNhbXBsZSBub25jZQ",
             "dGhlIHNhbXBsZSBub25jZQ===",
             "dGhlIHNhbXBsZSBub25j",      // 15 bytes
             "dGhlIHNhbXBsZSBub25jZSE=",  // 17 bytes
             "dGhlIHNhbXBsZSBub25jZSEh",  // 18 bytes
             "dGhlIHNhbXBsZSBub25j-Q==",  // the other alphabet
             "dGhlIHNhbXBs SBub25jZQ==",
             "dGhlIHNhbXBs=SBub25jZQ==",
             "dGhlIHNhbXBsZSBub25jZ-==",
         }) {
        auto request = good();
        request.key = value;
        EXPECT_EQ(status_of(request), 400U) << value;
    }
}

TEST(WsHandshake, AcceptsAKeyOfEveryLetterOfTheAlphabet) {
    for (const auto* value : {"ABCDEFGHIJKLMNOPQRSTUQ==", "abcdefghijklmnopqrstug==",
                              "UVWXYZuvwxyz0123456789==", "+/AZaz09+/AZaz09+/AZaz=="}) {
        auto request = good();
        request.key = value;
        EXPECT_EQ(status_of(request), 101U) << value;
    }
}

TEST(WsHandshake, SelectsOnlyItsOwnSubprotocol) {
    const auto selected = [](std::string_view offered) {
        auto request = good();
        request.protocol = offered;
        const auto answer = accept_ws_upgrade(request);
        return answer ? answer->subprotocol : "refused";
    };
    EXPECT_EQ(selected("pusher-channels-protocol-7"), "pusher-channels-protocol-7");
    EXPECT_EQ(selected("chat, pusher-channels-protocol-7"), "pusher-channels-protocol-7");
    EXPECT_EQ(selected("chat, mqtt"), "");
    EXPECT_EQ(selected("x, pusher-channels-protocol-5,pusher-channels-protocol-7"),
              "pusher-channels-protocol-5");
    EXPECT_EQ(selected("pusher-channels-protocol-8"), "");
    EXPECT_EQ(selected("Pusher-Channels-Protocol-7"), "");
}

}  // namespace
}  // namespace carillon
