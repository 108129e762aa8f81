#include "carillon/websocket/deflate.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "carillon/websocket/encoder.hpp"
#include "decoding.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

using namespace std::string_literals;
using Kind = WsEvent::Kind;

/// "Hello", as the examples of RFC 7692, 7.2.3 have it.
const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;

std::string json_text(std::size_t size) {
    std::string text = "[";
    for (int i = 0; text.size() < size; ++i) {
        text += R"({"id":)" + std::to_string(i * 7919 % 1000) + R"(,"state":"ringing"},)";
    }
    return text;
}

std::string noise(std::size_t size) {
    std::mt19937 random(1);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

/// A frame with RSV1.
std::string compressed_frame(std::string_view payload, bool fin = true,
                             WsOpcode opcode = WsOpcode::text) {
    std::string frame = masked_frame(opcode, payload, fin);
    frame[0] = static_cast<char>(frame[0] | 0x40);
    return frame;
}

Decoded decode(std::string_view bytes, std::size_t message_bytes_max = 1 << 20) {
    return decode_every_way(bytes, message_bytes_max, true);
}

std::string inflated(std::string_view compressed, std::size_t bytes_max) {
    const auto text = ws_inflate(compressed, bytes_max);
    return text ? *text : std::string("refused: ").append(text.error().what);
}

TEST(WsDeflate, AcceptsWhatClientsOffer) {
    const std::string plain =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for (const auto* offer :
         {"permessage-deflate", "permessage-deflate; client_max_window_bits",
          "permessage-deflate;client_max_window_bits=15", "x-gzip, permessage-deflate",
          "permessage-deflate; client_max_window_bits=\"9\"",
          " permessage-deflate ; server_no_context_takeover ; client_no_context_takeover",
          "permessage-deflate; server_max_window_bits=9, permessage-deflate"}) {
        EXPECT_EQ(accept_ws_deflate(offer), plain) << offer;
    }
    EXPECT_EQ(accept_ws_deflate("permessage-deflate; server_max_window_bits=12"),
              plain + "; server_max_window_bits=12");
    EXPECT_EQ(accept_ws_deflate("permessage-deflate; server_max_window_bits=\"15\""),
              plain + "; server_max_window_bits=15");
}

TEST(WsDeflate, DeclinesWhatItDoesNotKnowOrCannotDo) {
    for (const auto* offer :
         {"", ",", "deflate-frame", "x-permessage-deflate", "permessage-deflate; other",
          "permessage-deflate; server_max_window_bits", "permessage-deflate; ",
          "permessage-deflate; server_max_window_bits=11",
          "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=012",
          "permessage-deflate; server_max_window_bits=12; server_max_window_bits=12",
          "permessage-deflate; client_max_window_bits=7",
          "permessage-deflate; client_max_window_bits=",
          "permessage-deflate; client_max_window_bits=1x",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; client_no_context_takeover=\"\""}) {
        EXPECT_EQ(accept_ws_deflate(offer), "") << offer;
    }
}

TEST(WsDeflate, InflatesTheExamplesOfTheRfc) {
    EXPECT_EQ(inflated(hello, 5), "Hello");
    EXPECT_EQ(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, 5), "Hello");
    EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, 5), "Hello");
    EXPECT_EQ(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s, 5), "Hello");
}

TEST(WsDeflate, InflatesWhatItDeflates) {
    for (const int level : {1, 6, 9, 1}) {
        for (const std::size_t size : {100U, 5000U, 200'000U}) {
            const std::string text = json_text(size);
            const std::string compressed = ws_deflate(text, level);
            ASSERT_FALSE(compressed.empty());
            EXPECT_LT(compressed.size(), text.size());
            EXPECT_EQ(inflated(compressed, text.size()), text);
        }
    }
}

TEST(WsDeflate, LeavesAloneWhatItCannotMakeSmaller) {
    for (const std::size_t size : {0U, 1U, 4U, 5U, 100U, 10'000U}) {
        EXPECT_EQ(ws_deflate(noise(size), 9), "") << size;
    }
}

TEST(WsDeflate, EachMessageStandsAlone) {
    const std::string text = json_text(1000);
    EXPECT_EQ(ws_deflate(text, 6), ws_deflate(text, 6));
}

TEST(WsDeflate, StopsABombAtTheLimit) {
    const std::string compressed = ws_deflate(std::string(10'000'000, '0'), 9);
    ASSERT_LT(compressed.size(), 20'000U);
    EXPECT_EQ(ws_inflate(compressed, 9'999'999).error().code, Errc::websocket_too_big);
    EXPECT_EQ(ws_inflate(compressed, 10'000'000)->size(), 10'000'000U);
}

TEST(WsDeflate, RefusesWhatIsBrokenOrCut) {
    const std::string whole = ws_deflate(json_text(1000), 6);
    EXPECT_EQ(ws_inflate(whole.substr(0, whole.size() / 2), 10'000).error().code,
              Errc::websocket_protocol);
    EXPECT_EQ(ws_inflate("\xff\xff\xff"s, 10'000).error().code, Errc::websocket_protocol);
    EXPECT_EQ(inflated(hello, 5), "Hello") << "what was broken before is forgotten";
}

TEST(WsDeflate, FramesAreMarked) {
    const Frame frame = encode_ws_deflated(hello);
    EXPECT_EQ(frame.bytes(), "\xc1\x07"s + hello);
}

TEST(WsDecoderDeflate, ReadsTheCompressedHelloOfTheRfc) {
    EXPECT_EQ(decode(compressed_frame(hello)), seen({{Kind::text, "Hello"}}));
    EXPECT_EQ(decode(compressed_frame(hello.substr(0, 3), false) +
                     masked_frame(WsOpcode::continuation, hello.substr(3))),
              seen({{Kind::text, "Hello"}}));
}

TEST(WsDecoderDeflate, MixesWithPlainMessagesAndControlFrames) {
    const std::string text = json_text(5000);
    EXPECT_EQ(decode(masked_frame(WsOpcode::text, "plain") +
                     compressed_frame(ws_deflate(text, 6).substr(0, 100), false) +
                     masked_frame(WsOpcode::ping, "now") +
                     masked_frame(WsOpcode::continuation, ws_deflate(text, 6).substr(100)) +
                     masked_frame(WsOpcode::text, "plain again") +
                     compressed_frame(hello, true, WsOpcode::binary)),
              seen({{Kind::text, "plain"},
                    {Kind::ping, "now"},
                    {Kind::text, text},
                    {Kind::text, "plain again"},
                    {Kind::binary, "Hello"}}));
}

TEST(WsDecoderDeflate, OnlyAMessagesFirstFrameSaysThatItIsCompressed) {
    EXPECT_EQ(decode(compressed_frame(hello.substr(0, 3), false) +
                     compressed_frame(hello.substr(3), true, WsOpcode::continuation)),
              failed(Errc::websocket_protocol));
    EXPECT_EQ(decode(compressed_frame("", true, WsOpcode::ping)), failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way(compressed_frame(hello)), failed(Errc::websocket_protocol))
        << "not agreed on";
}

TEST(WsDecoderDeflate, BoundsAMessageBeforeAndAfterInflating) {
    const std::string bomb = compressed_frame(ws_deflate(std::string(5000, 'x'), 6));
    EXPECT_EQ(decode(bomb, 5000), seen({{Kind::text, std::string(5000, 'x')}}));
    EXPECT_EQ(decode(bomb, 4999), failed(Errc::websocket_too_big));
    EXPECT_EQ(decode(bomb, 10), failed(Errc::websocket_too_big));
}

TEST(WsDecoderDeflate, ChecksTheTextThatComesOut) {
    const std::string wrong = ws_deflate(std::string(100, '\xff'), 6);
    EXPECT_EQ(decode(compressed_frame(wrong)), failed(Errc::websocket_bad_utf8));
    EXPECT_EQ(decode(compressed_frame(wrong, true, WsOpcode::binary)),
              seen({{Kind::binary, std::string(100, '\xff')}}));
    EXPECT_EQ(decode(compressed_frame("\xff\xff")), failed(Errc::websocket_protocol));
}

}  // namespace
}  // namespace carillon::test
