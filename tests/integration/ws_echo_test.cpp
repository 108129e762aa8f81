#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/echo_server.hpp"
#include "support/raw_web_socket.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

using namespace std::string_literals;

constexpr std::uint32_t message_bytes_max = 2U << 20U;
constexpr auto ping = WsOpcode::ping;
constexpr auto text = WsOpcode::text;
constexpr auto binary = WsOpcode::binary;
constexpr auto continuation = WsOpcode::continuation;

class WsEcho : public ::testing::Test {
protected:
    ~WsEcho() override {
        server.stop();
        thread.join();
    }

    [[nodiscard]] RawWebSocket connect() { return RawWebSocket(server.endpoint().port(), "/"); }

    void expect(RawWebSocket& client, WsOpcode opcode, const std::string& payload) {
        const ServerFrame frame = client.receive();
        EXPECT_EQ(frame.opcode, opcode);
        EXPECT_TRUE(frame.payload == payload) << frame.payload.size() << " bytes";
    }

    /// What `bytes` on a new connection lead to is a Close with `code`, then the end.
    void expect_failure(const std::string& bytes, std::uint16_t code) {
        RawWebSocket client = connect();
        client.socket().send(bytes);
        EXPECT_EQ(client.receive_close().close_code(), code);
        EXPECT_EQ(client.socket().receive_to_end(), "");
        EXPECT_FALSE(client.socket().was_reset());
    }

    EchoServer server{0, message_bytes_max};
    std::thread thread{[this] { server.run(); }};
};

TEST_F(WsEcho, MessagesOfEveryLengthForm) {
    RawWebSocket client = connect();
    for (const std::size_t size :
         {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 1U << 20U, 2U << 20U}) {
        SCOPED_TRACE(size);
        const std::string payload(size, 'x');
        client.send(text, payload);
        expect(client, text, payload);
        const std::string bytes(size, '\xfe');
        client.send(binary, bytes);
        expect(client, binary, bytes);
    }
}

TEST_F(WsEcho, AMessageMayArriveByteByByte) {
    RawWebSocket client = connect();
    const std::string payload(300, 'x');
    client.socket().send_byte_by_byte(masked_frame(text, payload) + masked_frame(ping, "p"));
    expect(client, text, payload);
    expect(client, WsOpcode::pong, "p");
}

TEST_F(WsEcho, PingsComeBackAlsoAmidFragments) {
    RawWebSocket client = connect();
    client.send(ping, "");
    expect(client, WsOpcode::pong, "");
    const std::string longest(125, '\xff');
    client.send(ping, longest);
    expect(client, WsOpcode::pong, longest);
    client.send(WsOpcode::pong, "unasked");

    client.send(text, "frag", false);
    client.send(ping, "1");
    client.send(continuation, "ment", false);
    client.send(ping, "2");
    client.send(continuation, "", false);
    client.send(continuation, "s");
    expect(client, WsOpcode::pong, "1");
    expect(client, WsOpcode::pong, "2");
    expect(client, text, "fragments");
    for (int i = 0; i < 10; ++i) client.send(ping, std::to_string(i));
    for (int i = 0; i < 10; ++i) expect(client, WsOpcode::pong, std::to_string(i));
}

TEST_F(WsEcho, LongMessagesInManyFragments) {
    RawWebSocket client = connect();
    const std::string piece(1000, 'y');
    std::string whole;
    std::string frames;
    for (int i = 0; i < 1000; ++i) {
        frames += masked_frame(i == 0 ? binary : continuation, piece, i == 999);
        whole += piece;
    }
    client.socket().send(frames);
    expect(client, binary, whole);
}

TEST_F(WsEcho, CharactersMayBeCutByFragments) {
    RawWebSocket client = connect();
    const std::string payload = "\u03ba\u00e1\u20ac\U0001F514";
    for (const char& byte : payload) {
        client.send(&byte == &payload.front() ? text : continuation, {&byte, 1}, false);
    }
    client.send(continuation, "");
    expect(client, text, payload);
}

TEST_F(WsEcho, BadTextIs1007) {
    expect_failure(masked_frame(text, "\xc0\xaf"), 1007);
    expect_failure(masked_frame(text, "\xed\xa0\x80"), 1007);
    expect_failure(masked_frame(text, "\xf4\x90\x80\x80"), 1007);
    expect_failure(masked_frame(text, "cut \xe2\x82"), 1007);
    expect_failure(masked_frame(text, "good ", false) + masked_frame(continuation, "\xff"), 1007);
    // Known from the first wrong byte on, before the message is whole.
    expect_failure(masked_frame(text, "good ", false) + masked_frame(continuation, "\xf5", false),
                   1007);
    expect_failure(masked_frame(WsOpcode::close, close_body(1000, "\xff")), 1007);
}

TEST_F(WsEcho, BreachesOfTheProtocolAre1002) {
    expect_failure("\x81\x01x"s, 1002);  // not masked
    for (const unsigned reserved : {0x40U, 0x20U, 0x10U, 0x70U}) {
        std::string frame = masked_frame(text, "x");
        frame[0] = static_cast<char>(static_cast<unsigned char>(frame[0]) | reserved);
        expect_failure(frame, 1002);
    }
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        expect_failure(masked_frame(static_cast<WsOpcode>(opcode), ""), 1002);
    }
    expect_failure(masked_frame(ping, std::string(126, 'x')), 1002);
    expect_failure(masked_frame(WsOpcode::close, close_body(1000, std::string(124, 'x'))), 1002);
    expect_failure(masked_frame(ping, "x", false), 1002);
    expect_failure(masked_frame(continuation, "x"), 1002);
    expect_failure(masked_frame(text, "x", false) + masked_frame(text, "y"), 1002);
    expect_failure(masked_frame(WsOpcode::close, "x"), 1002);
}

TEST_F(WsEcho, WhatCameBeforeABreachIsStillAnswered) {
    RawWebSocket client = connect();
    client.socket().send(masked_frame(text, "good") + "\x81\x01x"s + masked_frame(text, "late"));
    expect(client, text, "good");
    EXPECT_EQ(client.receive().close_code(), 1002);
    EXPECT_EQ(client.socket().receive_to_end(), "");
}

TEST_F(WsEcho, CloseCodesAreEchoedIfTheyAreValid) {
    for (const std::uint16_t code : std::vector<std::uint16_t>{
             1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
        expect_failure(masked_frame(WsOpcode::close, close_body(code)), code);
        expect_failure(masked_frame(WsOpcode::close, close_body(code, std::string(123, 'r'))),
                       code);
    }
    for (const std::uint16_t code : std::vector<std::uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016,
                                                               1100, 2000, 2999, 5000, 65535}) {
        expect_failure(masked_frame(WsOpcode::close, close_body(code)), 1002);
    }
    expect_failure(masked_frame(WsOpcode::close, ""), 0);
    expect_failure(masked_frame(WsOpcode::close, "") + masked_frame(text, "after"), 0);
}

TEST_F(WsEcho, MessagesTooBigAre1009) {
    const std::string most(message_bytes_max, 'x');
    expect_failure(masked_frame(text, most + "x"), 1009);
    expect_failure(masked_frame(binary, most, false) + masked_frame(continuation, "x"), 1009);
    // Known from the header, before the payload is sent.
    expect_failure(masked_frame(text, most + "x").substr(0, 14), 1009);
}

}  // namespace
}  // namespace carillon::test
