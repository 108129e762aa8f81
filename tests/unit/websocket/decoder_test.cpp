#include "carillon/websocket/decoder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "decoding.hpp"
#include "heap_bytes.hpp"
#include "support/ws_client_frames.hpp"

namespace carillon::test {
namespace {

using namespace std::string_literals;
using Kind = WsEvent::Kind;

std::string text(std::string_view payload, bool fin = true) {
    return masked_frame(WsOpcode::text, payload, fin);
}
std::string more(std::string_view payload, bool fin = true) {
    return masked_frame(WsOpcode::continuation, payload, fin);
}
std::string ping(std::string_view payload) {
    return masked_frame(WsOpcode::ping, payload);
}

std::string close(unsigned code, std::string_view reason = {}) {
    std::string body{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return masked_frame(WsOpcode::close, body.append(reason));
}

TEST(WsDecoder, ReadsTheMaskedHelloOfTheRfc) {
    EXPECT_EQ(decode_every_way("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
              seen({{Kind::text, "Hello"}}));
}

TEST(WsDecoder, ReadsTheMaskedPongOfTheRfc) {
    EXPECT_EQ(decode_every_way("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
              seen({{Kind::pong, "Hello"}}));
}

TEST(WsDecoder, JoinsTheFragmentsOfTheRfc) {
    EXPECT_EQ(decode_every_way(text("Hel", false) + more("lo")), seen({{Kind::text, "Hello"}}));
}

TEST(WsDecoder, ReadsEveryLengthForm) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 256U, 65535U, 65536U}) {
        const std::string payload(size, 'x');
        EXPECT_EQ(decode_every_way(text(payload)), seen({{Kind::text, payload}})) << size;
        EXPECT_EQ(decode_every_way(masked_frame(WsOpcode::binary, payload)),
                  seen({{Kind::binary, payload}}))
            << size;
    }
}

TEST(WsDecoder, UnmasksWhateverTheMaskAndTheOffset) {
    std::string payload;
    for (int i = 0; i < 40; ++i) payload += static_cast<char>('A' + i);
    for (const std::uint32_t mask : {0x00000000U, 0xffffffffU, 0x01020304U, 0x80000000U}) {
        EXPECT_EQ(decode_every_way(masked_frame(WsOpcode::text, payload, true, mask)),
                  seen({{Kind::text, payload}}))
            << mask;
    }
}

TEST(WsDecoder, ReadsFrameAfterFrame) {
    EXPECT_EQ(decode_every_way(text("one") + ping("") + text("") + text("two")),
              seen({{Kind::text, "one"}, {Kind::ping, ""}, {Kind::text, ""}, {Kind::text, "two"}}));
}

TEST(WsDecoder, DeliversControlFramesAmidAMessageAtOnce) {
    const auto stream = text("a", false) + ping("now") + more("", false) +
                        masked_frame(WsOpcode::pong, "") + ping("again") + more("b");
    EXPECT_EQ(
        decode_every_way(stream),
        seen({{Kind::ping, "now"}, {Kind::pong, ""}, {Kind::ping, "again"}, {Kind::text, "ab"}}));
    PiecewiseDecoding decoding{100};
    decoding.feed(text("a", false) + ping("now"));
    EXPECT_EQ(decoding.result(), seen({{Kind::ping, "now"}}));
}

TEST(WsDecoder, ClosesAmidAMessage) {
    EXPECT_EQ(decode_every_way(text("a", false) + close(1001)), seen({{Kind::close, "", 1001}}));
}

TEST(WsDecoder, RefusesAnUnmaskedFrame) {
    EXPECT_EQ(decode_every_way("\x81\x05Hello"), failed(Errc::websocket_protocol));
}

TEST(WsDecoder, RefusesEachReservedBit) {
    for (const char bit : {'\x40', '\x20', '\x10'}) {
        auto frame = text("x");
        frame[0] = static_cast<char>(frame[0] | bit);
        EXPECT_EQ(decode_every_way(frame), failed(Errc::websocket_protocol));
    }
}

TEST(WsDecoder, RefusesUnknownOpcodes) {
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
        EXPECT_EQ(decode_every_way(masked_frame(static_cast<WsOpcode>(opcode), "")),
                  failed(Errc::websocket_protocol))
            << opcode;
    }
}

TEST(WsDecoder, RefusesAControlFrameOfMoreThan125Bytes) {
    const std::string most(125, 'p');
    EXPECT_EQ(decode_every_way(ping(most)), seen({{Kind::ping, most}}));
    EXPECT_EQ(decode_every_way(ping(most + "p")), failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way(ping(std::string(65536, 'p'))), failed(Errc::websocket_protocol));
}

TEST(WsDecoder, RefusesAFragmentedControlFrame) {
    for (const auto opcode : {WsOpcode::close, WsOpcode::ping, WsOpcode::pong}) {
        EXPECT_EQ(decode_every_way(masked_frame(opcode, "", false)),
                  failed(Errc::websocket_protocol));
    }
}

TEST(WsDecoder, RefusesAContinuationOfNothing) {
    EXPECT_EQ(decode_every_way(more("x")), failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way(text("a", false) + more("b") + more("c")),
              failed(Errc::websocket_protocol, {{Kind::text, "ab"}}));
}

TEST(WsDecoder, RefusesANewMessageAmidAnother) {
    EXPECT_EQ(decode_every_way(text("a", false) + text("b")), failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way(text("a", false) + masked_frame(WsOpcode::binary, "b")),
              failed(Errc::websocket_protocol));
}

TEST(WsDecoder, RefusesALengthThatIsNotMinimal) {
    const auto mask = "\0\0\0\0"s;
    EXPECT_EQ(decode_every_way("\x81\xfe\0\x7d"s + mask + std::string(125, 'x')),
              failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way("\x81\xfe\0\x7e"s + mask + std::string(126, 'x')),
              seen({{Kind::text, std::string(126, 'x')}}));
    EXPECT_EQ(decode_every_way("\x81\xff\0\0\0\0\0\0\xff\xff"s + mask),
              failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way("\x81\xff\0\0\0\0\0\1\0\0"s + mask), seen({}));
}

TEST(WsDecoder, RefusesA64BitLengthWithItsTopBitSet) {
    const auto mask = "\0\0\0\0"s;
    const auto no_limit = ~std::size_t{0};
    EXPECT_EQ(decode_every_way("\x82\xff\x80\0\0\0\0\0\0\0"s + mask, no_limit),
              failed(Errc::websocket_protocol));
    EXPECT_EQ(decode_every_way("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + mask + "x", no_limit),
              seen({}));
}

TEST(WsDecoder, RefusesAMessageAboveTheLimitByItsHeader) {
    EXPECT_EQ(decode_every_way(text("12345"), 5), seen({{Kind::text, "12345"}}));
    const auto header = text("123456").substr(0, 6);
    EXPECT_EQ(decode_every_way(header, 5), failed(Errc::websocket_too_big));
    EXPECT_EQ(decode_every_way(text(""), 0), seen({{Kind::text, ""}}));
    EXPECT_EQ(decode_every_way(text("1"), 0), failed(Errc::websocket_too_big));
}

TEST(WsDecoder, AddsUpFragmentsForTheLimit) {
    EXPECT_EQ(decode_every_way(text("123", false) + more("45"), 5), seen({{Kind::text, "12345"}}));
    const auto header = more("456").substr(0, 6);
    EXPECT_EQ(decode_every_way(text("123", false) + header, 5), failed(Errc::websocket_too_big));
}

TEST(WsDecoder, RefusesTheLongestLengthAmidAMessage) {
    const auto rest = "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s;
    EXPECT_EQ(decode_every_way(text("123", false) + rest, 100), failed(Errc::websocket_too_big));
}

TEST(WsDecoder, CountsNoControlFrameForTheLimit) {
    const auto stream = text("12", false) + ping("123456789") + more("345");
    EXPECT_EQ(decode_every_way(stream, 5),
              seen({{Kind::ping, "123456789"}, {Kind::text, "12345"}}));
}

TEST(WsDecoder, StartsToCountAnewWithEachMessage) {
    const auto message = text("123", false) + more("45");
    EXPECT_EQ(decode_every_way(message + message, 5),
              seen({{Kind::text, "12345"}, {Kind::text, "12345"}}));
}

TEST(WsDecoder, AcceptsACharacterCutByAFragment) {
    const auto stream =
        text("\xf0\x9f", false) + ping("\xff") + more("\x94", false) + more("\x94!");
    EXPECT_EQ(decode_every_way(stream),
              seen({{Kind::ping, "\xff"}, {Kind::text, "\xf0\x9f\x94\x94!"}}));
}

TEST(WsDecoder, RefusesTextThatIsNotUtf8) {
    EXPECT_EQ(decode_every_way(text("\xc0\xaf")), failed(Errc::websocket_bad_utf8));
    EXPECT_EQ(decode_every_way(text("\xf0\x9f\x94")), failed(Errc::websocket_bad_utf8));
    EXPECT_EQ(decode_every_way(text("\xf0\x9f", false) + more("\x94")),
              failed(Errc::websocket_bad_utf8));
    EXPECT_EQ(decode_every_way(text("\xf0\x9f", false) + more("a")),
              failed(Errc::websocket_bad_utf8));
}

TEST(WsDecoder, RefusesBadTextBeforeTheFrameIsComplete) {
    const auto frame = text("ok\xff" + std::string(1000, 'x'));
    EXPECT_EQ(decode_every_way(frame.substr(0, 8 + 2)), seen({}));
    EXPECT_EQ(decode_every_way(frame.substr(0, 8 + 3)), failed(Errc::websocket_bad_utf8));
}

TEST(WsDecoder, LeavesBinaryBytesAlone) {
    const auto stream = masked_frame(WsOpcode::binary, "\xff", false) + more("\xc0\x80");
    EXPECT_EQ(decode_every_way(stream), seen({{Kind::binary, "\xff\xc0\x80"}}));
    EXPECT_EQ(decode_every_way(stream + text("fine")),
              seen({{Kind::binary, "\xff\xc0\x80"}, {Kind::text, "fine"}}));
}

TEST(WsDecoder, ReadsACloseWithAndWithoutBody) {
    EXPECT_EQ(decode_every_way(masked_frame(WsOpcode::close, "")), seen({{Kind::close, "", 0}}));
    EXPECT_EQ(decode_every_way(close(1000)), seen({{Kind::close, "", 1000}}));
    EXPECT_EQ(decode_every_way(close(4000, "bye \xe2\x9c\x93")),
              seen({{Kind::close, "bye \xe2\x9c\x93", 4000}}));
}

TEST(WsDecoder, RefusesACloseBodyOfOneByte) {
    EXPECT_EQ(decode_every_way(masked_frame(WsOpcode::close, "\x03")),
              failed(Errc::websocket_protocol));
}

TEST(WsDecoder, KnowsTheCodesThatMayBeSent) {
    for (const unsigned code : {1000U, 1003U, 1007U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
        EXPECT_EQ(decode_every_way(close(code)),
                  seen({{Kind::close, "", static_cast<std::uint16_t>(code)}}));
    }
    for (const unsigned code :
         {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U}) {
        EXPECT_EQ(decode_every_way(close(code)), failed(Errc::websocket_protocol)) << code;
    }
}

TEST(WsDecoder, RefusesACloseReasonThatIsNotUtf8) {
    EXPECT_EQ(decode_every_way(close(1000, "\xed\xa0\x80")), failed(Errc::websocket_bad_utf8));
    EXPECT_EQ(decode_every_way(close(1000, "\xe2\x9c")), failed(Errc::websocket_bad_utf8));
}

TEST(WsDecoder, ReadsNothingAfterAClose) {
    EXPECT_EQ(decode_every_way(close(1000) + text("late") + "\xff\xff"),
              seen({{Kind::close, "", 1000}}));
    WsDecoder decoder;
    auto bytes = close(1000) + text("late");
    std::span<char> input{bytes};
    WsEvent event{};
    ASSERT_EQ(decoder.next(input, 100, event), WsDecoder::Progress::event);
    const auto left = input.size();
    EXPECT_EQ(decoder.next(input, 100, event), WsDecoder::Progress::need_more);
    EXPECT_EQ(input.size(), left);
}

TEST(WsDecoder, StaysFailed) {
    WsDecoder decoder;
    auto bytes = more("x") + text("late");
    std::span<char> input{bytes};
    WsEvent event{};
    ASSERT_EQ(decoder.next(input, 100, event), WsDecoder::Progress::failed);
    const auto left = input.size();
    EXPECT_EQ(decoder.next(input, 100, event), WsDecoder::Progress::failed);
    EXPECT_EQ(input.size(), left);
    EXPECT_EQ(decoder.failure(), Errc::websocket_protocol);
}

TEST(WsDecoder, LendsAWholeFrameFromItsInput) {
    for (const auto& frame : {text("Hello"), ping("Hello")}) {
        WsDecoder decoder;
        auto bytes = frame;
        std::span<char> input{bytes};
        WsEvent event{};
        const auto before = heap_bytes();
        ASSERT_EQ(decoder.next(input, 100, event), WsDecoder::Progress::event);
        EXPECT_EQ(heap_bytes(), before);
        EXPECT_EQ(event.payload.data(), bytes.data() + 6);
    }
}

TEST(WsDecoder, OwnsNoHeapBetweenMessages) {
    const auto stream = text("Hel", false) + ping("p") + more("lo") + text("again");
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        PiecewiseDecoding decoding{100};
        decoding.feed(stream.substr(0, cut));
        const bool between_messages = cut == stream.size() - text("again").size();
        EXPECT_EQ(decoding.result().heap_left == 0, between_messages) << cut;
        decoding.feed(stream.substr(cut));
        EXPECT_EQ(decoding.result().heap_left, 0U) << cut;
    }
}

TEST(WsDecoder, OwnsNoHeapAfterAFailureOrAClose) {
    for (const auto& last : {close(1000, "a reason that is not short"), more("x"), text("\xff")}) {
        PiecewiseDecoding decoding{100};
        decoding.feed(text("x", false).substr(0, 3));
        decoding.feed(text("x", false).substr(3) + last.substr(0, 7));
        decoding.feed(last.substr(7));
        EXPECT_EQ(decoding.result().heap_left, 0U);
    }
}

TEST(WsDecoder, BuffersNoMoreThanWhatArrived) {
    PiecewiseDecoding decoding{~std::size_t{0}};
    decoding.feed("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s);
    EXPECT_LE(decoding.result().heap_left, 512U);
    const std::string piece(1000, 'x');
    for (std::size_t arrived = 1000; arrived <= 100'000; arrived += 1000) {
        decoding.feed(piece);
        EXPECT_LE(decoding.result().heap_left, 512 + 2 * arrived);
    }
}

}  // namespace
}  // namespace carillon::test
