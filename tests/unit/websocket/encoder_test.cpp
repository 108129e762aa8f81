#include "carillon/websocket/encoder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "carillon/websocket/utf8.hpp"
#include "heap_bytes.hpp"

namespace carillon {
namespace {

using namespace std::string_literals;

TEST(WsEncoder, WritesTheFramesOfTheRfc) {
    EXPECT_EQ(encode_ws(WsOpcode::text, "Hello").bytes(), "\x81\x05Hello");
    EXPECT_EQ(encode_ws(WsOpcode::ping, "Hello").bytes(), "\x89\x05Hello");
    EXPECT_EQ(encode_ws(WsOpcode::pong, "").bytes(), "\x8a\0"s);
    const std::string bytes_256(256, 'b');
    EXPECT_EQ(encode_ws(WsOpcode::binary, bytes_256).bytes(), "\x82\x7e\x01\x00"s + bytes_256);
    const std::string kib_64(65536, 'b');
    EXPECT_EQ(encode_ws(WsOpcode::binary, kib_64).bytes(), "\x82\x7f\0\0\0\0\0\1\0\0"s + kib_64);
}

TEST(WsEncoder, ChoosesTheShortestLengthForm) {
    const auto head = [](std::size_t size, std::size_t head_size) {
        const Frame frame = encode_ws(WsOpcode::text, std::string(size, 'x'));
        EXPECT_EQ(frame.size(), head_size + size);
        return std::string{frame.bytes().substr(0, head_size)};
    };
    EXPECT_EQ(head(0, 2), "\x81\0"s);
    EXPECT_EQ(head(125, 2), "\x81\x7d");
    EXPECT_EQ(head(126, 4), "\x81\x7e\x00\x7e"s);
    EXPECT_EQ(head(65535, 4), "\x81\x7e\xff\xff");
    EXPECT_EQ(head(65536, 10), "\x81\x7f\0\0\0\0\0\1\0\0"s);
}

TEST(WsEncoder, AllocatesNoMoreThanTheFrame) {
    const std::string payload(1000, 'x');
    const auto before = test::heap_bytes();
    const Frame frame = encode_ws(WsOpcode::text, payload);
    EXPECT_LE(test::heap_bytes() - before, 1000U + 4 + 8 + 16);
}

TEST(WsEncoder, WritesACloseWithAndWithoutBody) {
    EXPECT_EQ(encode_ws_close(0, "unsaid").bytes(), "\x88\0"s);
    EXPECT_EQ(encode_ws_close(1000, "").bytes(), "\x88\x02\x03\xe8");
    EXPECT_EQ(encode_ws_close(4200, "later").bytes(), "\x88\x07\x10\x68later");
}

TEST(WsEncoder, CutsAReasonBetweenCharacters) {
    const std::string most(123, 'r');
    EXPECT_EQ(encode_ws_close(1000, most).bytes(), "\x88\x7d\x03\xe8" + most);
    EXPECT_EQ(encode_ws_close(1000, most + "r").bytes(), "\x88\x7d\x03\xe8" + most);
    for (std::size_t lead = 117; lead <= 123; ++lead) {
        const auto reason = std::string(lead, 'r') + "\xf0\x9f\x94\x94\xe2\x9c\x93";
        const Frame frame = encode_ws_close(1000, reason);
        const auto kept = frame.bytes().substr(4);
        EXPECT_LE(frame.size(), 127U);
        EXPECT_TRUE(reason.starts_with(kept));
        EXPECT_TRUE(is_utf8(kept)) << lead;
        const std::size_t expected = lead <= 119 ? lead + 4 : lead;
        EXPECT_EQ(kept.size(), expected) << lead;
    }
    EXPECT_EQ(encode_ws_close(1000, std::string(200, '\x80')).bytes(), "\x88\x02\x03\xe8");
}

}  // namespace
}  // namespace carillon
