#include "frame_walker.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "carillon/websocket/decoder.hpp"
#include "carillon/websocket/encoder.hpp"

namespace carillon::bench::test {
namespace {

using Messages = std::vector<std::pair<WsOpcode, std::string>>;

/// False once the walker gave up.
bool walk(FrameWalker& walker, std::string_view bytes, Messages& out) {
    ServerMessage message;
    for (;;) {
        const FrameWalker::Step step = walker.next(bytes, message);
        if (step == FrameWalker::Step::broken) return false;
        if (step == FrameWalker::Step::need_more) return bytes.empty();
        out.emplace_back(message.opcode, message.payload);
    }
}

std::string frame(WsOpcode opcode, const std::string& payload, bool final = true) {
    std::string bytes{encode_ws(opcode, payload).bytes()};
    if (!final) bytes[0] = static_cast<char>(bytes[0] & 0x7F);
    return bytes;
}

const Messages messages{{WsOpcode::text, "short"},
                        {WsOpcode::text, ""},
                        {WsOpcode::text, std::string(125, 'a')},
                        {WsOpcode::text, std::string(126, 'b')},
                        {WsOpcode::ping, "?"},
                        {WsOpcode::binary, std::string(70'000, 'c')},
                        {WsOpcode::text, "one two three"},
                        {WsOpcode::close, "\x03\xe8"}};

std::string all_frames() {
    std::string bytes;
    for (const auto& [opcode, payload] : messages) {
        if (payload != "one two three") {
            bytes += frame(opcode, payload);
            continue;
        }
        bytes += frame(WsOpcode::text, "one", false);
        bytes += frame(WsOpcode::continuation, " two", false);
        bytes += frame(WsOpcode::continuation, " three");
    }
    return bytes;
}

TEST(FrameWalker, FindsMessagesInOnePiece) {
    FrameWalker walker;
    Messages found;
    EXPECT_TRUE(walk(walker, all_frames(), found));
    EXPECT_EQ(found, messages);
}

TEST(FrameWalker, FindsMessagesCutAtEveryByte) {
    const std::string bytes = all_frames();
    const auto cut_at = [&bytes](std::size_t cut) {
        FrameWalker walker;
        Messages found;
        ASSERT_TRUE(walk(walker, std::string_view{bytes}.substr(0, cut), found));
        ASSERT_TRUE(walk(walker, std::string_view{bytes}.substr(cut), found));
        ASSERT_EQ(found, messages) << "cut at " << cut;
    };
    // Inside the one big payload every thousandth cut will do.
    constexpr std::size_t edge = 500;
    for (std::size_t cut = 0; cut <= bytes.size();
         cut += cut < edge || cut > bytes.size() - 100 ? 1 : 1000) {
        cut_at(std::min(cut, bytes.size()));
    }
    for (std::size_t cut = bytes.size() - 100; cut <= bytes.size(); ++cut) cut_at(cut);
}

TEST(FrameWalker, FindsMessagesByteByByte) {
    FrameWalker walker;
    Messages found;
    for (const char byte : all_frames()) ASSERT_TRUE(walk(walker, {&byte, 1}, found));
    EXPECT_EQ(found, messages);
}

TEST(FrameWalker, RefusesWhatNoServerSends) {
    std::string masked = frame(WsOpcode::text, "x");
    masked[1] = static_cast<char>(masked[1] | '\x80');
    const std::string compressed = "\xC1\x01x";
    const std::string endless{"\x81\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10};
    const std::string orphan = frame(WsOpcode::continuation, "x");
    for (const std::string& bytes : {masked, compressed, endless, orphan}) {
        FrameWalker walker;
        Messages found;
        EXPECT_FALSE(walk(walker, bytes, found));
        EXPECT_TRUE(found.empty());
    }
}

TEST(ClientFrame, IsWhatAServerDecodes) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
        const std::string payload(size, 'p');
        std::string bytes;
        append_client_frame(bytes, WsOpcode::text, payload);
        WsDecoder decoder;
        WsEvent event{};
        std::span<char> input{bytes};
        ASSERT_EQ(decoder.next(input, 1 << 20, event), WsDecoder::Progress::event) << size;
        EXPECT_EQ(event.kind, WsEvent::Kind::text);
        EXPECT_EQ(event.payload, payload);
        EXPECT_TRUE(input.empty());
    }
}

}  // namespace
}  // namespace carillon::bench::test
