#include "carillon/net/outbound_queue.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace carillon {
namespace {

std::string gathered(const OutboundQueue& queue, std::size_t vectors_max = 64) {
    std::vector<iovec> vectors(vectors_max);
    const OutboundQueue::Gathered described = queue.gather(vectors);
    std::string bytes;
    for (std::size_t i = 0; i < described.vectors; ++i) {
        bytes.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
    }
    EXPECT_EQ(bytes.size(), described.bytes);
    return bytes;
}

TEST(OutboundQueue, IsEmptyAtFirst) {
    const OutboundQueue queue;
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(gathered(queue), "");
}

TEST(OutboundQueue, GathersFramesInOrderAsFarAsVectorsGo) {
    OutboundQueue queue;
    for (int i = 0; i < 40; ++i) queue.push(Frame::copy_of(std::to_string(i % 10)));
    EXPECT_EQ(queue.bytes(), 40U);
    EXPECT_EQ(gathered(queue, 12), "012345678901");
    EXPECT_EQ(gathered(queue).size(), 40U);
}

TEST(OutboundQueue, ConsumesAnyNumberOfBytes) {
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        OutboundQueue queue;
        std::string expected;
        for (int i = 0; i < 100; ++i) {
            const std::string text(1 + random() % 20, static_cast<char>('a' + i % 26));
            queue.push(Frame::copy_of(text));
            expected += text;
            const std::size_t written = random() % (expected.size() + 1);
            queue.consume(written);
            expected.erase(0, written);
            ASSERT_EQ(queue.bytes(), expected.size());
            ASSERT_EQ(gathered(queue, 200), expected);
        }
    }
}

TEST(OutboundQueue, DroppingKeepsTheFrameThatIsPartlyWritten) {
    OutboundQueue queue;
    queue.push(Frame::copy_of("first"));
    queue.push(Frame::copy_of("second"));
    queue.consume(2);
    queue.drop_unstarted();
    EXPECT_EQ(gathered(queue), "rst");
    EXPECT_EQ(queue.bytes(), 3U);
    queue.push(Frame::copy_of("third"));
    EXPECT_EQ(gathered(queue), "rstthird");
    queue.consume(3);
    queue.drop_unstarted();
    EXPECT_TRUE(queue.empty());
}

TEST(OutboundQueue, IgnoresEmptyFrames) {
    OutboundQueue queue;
    queue.push(Frame::copy_of(""));
    EXPECT_TRUE(queue.empty());
    queue.push(Frame::copy_of("x"));
    queue.consume(1);
    EXPECT_TRUE(queue.empty());
}

TEST(OutboundQueue, ALongQueueIsDestroyedWithoutRecursion) {
    OutboundQueue queue;
    const Frame frame = Frame::copy_of("x");
    for (int i = 0; i < 3'000'000; ++i) queue.push(frame);
    queue.clear();
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace carillon
