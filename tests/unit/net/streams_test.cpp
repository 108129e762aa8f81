#include "carillon/net/streams.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace carillon {
namespace {

class IgnoringHandler final : public StreamHandler {
public:
    void on_bytes(std::span<char>) override {}
    void on_end() override {}
    void on_lost() override {}
};

/// Remembers whom it was to flush, and returns when the flush has used up its time.
class SlowFlusher final : public Flusher {
public:
    SlowFlusher(EventLoop& loop, std::vector<TcpStream*>& flushed)
        : loop_(loop), flushed_(flushed), inner_(make_gathered_flusher()) {}

    void flush(std::span<TcpStream* const> streams) override {
        flushed_.insert(flushed_.end(), streams.begin(), streams.end());
        inner_->flush(streams);
        while (!loop_.flush_expired()) std::this_thread::yield();
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "slow"; }

private:
    EventLoop& loop_;
    std::vector<TcpStream*>& flushed_;
    std::unique_ptr<Flusher> inner_;
};

class StreamsTest : public ::testing::Test {
protected:
    ~StreamsTest() override {
        for (const int peer : peers_) ::close(peer);
    }

    TcpStream& open() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            throw std::runtime_error("no more sockets");
        }
        peers_.push_back(ends[1]);
        TcpStream& stream = streams_.adopt(ends[0], {}, nullptr);
        stream.set_handler(std::make_shared<IgnoringHandler>());
        return stream;
    }

    std::vector<TcpStream*> flushed_;
    ShardMetrics metrics_;
    EventLoop loop_{metrics_};
    Streams streams_{loop_, std::make_unique<SlowFlusher>(loop_, flushed_), metrics_};
    std::vector<int> peers_;
};

TEST_F(StreamsTest, AFlushThatOutlastsItsTurnDelaysNobodyElse) {
    constexpr std::size_t batches = 3;
    std::vector<TcpStream*> crowd;
    for (std::size_t i = 0; i < batches * Flusher::batch_max; ++i) crowd.push_back(&open());
    TcpStream& other = open();
    std::size_t turns = 0;
    std::size_t other_was_flushed_in = 0;
    std::uint64_t mark = 0;
    loop_.at_end_of_turn([&] {
        ++turns;
        if (turns == 1) {
            for (TcpStream* const stream : crowd) stream->send(Frame::copy_of("event"));
        }
        if (turns == 2) other.send(Frame::copy_of("pong"));
        streams_.end_turn();
        if (turns == 1) mark = streams_.left_over();
        if (other_was_flushed_in == 0 && std::ranges::count(flushed_, &other) > 0) {
            other_was_flushed_in = turns;
        }
        if (turns == 1) {
            EXPECT_EQ(flushed_.size(), Flusher::batch_max);
            EXPECT_LT(streams_.made_up(), mark);
        }
        if (streams_.queued_bytes() == 0) loop_.stop();
        if (turns > 100) loop_.stop();
    });
    loop_.request_turn();
    loop_.run();
    EXPECT_EQ(other_was_flushed_in, 2U);
    EXPECT_EQ(streams_.made_up(), mark);
    for (TcpStream* const stream : crowd) EXPECT_EQ(std::ranges::count(flushed_, stream), 1);
}

TEST_F(StreamsTest, AnswersLeaveBeforeTheFanOutOfTheirTurn) {
    std::vector<TcpStream*> crowd;
    for (std::size_t i = 0; i < 3 * Flusher::batch_max; ++i) crowd.push_back(&open());
    TcpStream& other = open();
    std::size_t turns = 0;
    std::uint64_t mark = 0;
    loop_.at_end_of_turn([&] {
        if (++turns == 1) {
            streams_.set_fan_out(true);
            for (TcpStream* const stream : crowd) stream->send(Frame::copy_of("event"));
            streams_.set_fan_out(false);
            other.send(Frame::copy_of("pong"));
            crowd.back()->send(Frame::copy_of("pong"));
        }
        streams_.end_turn();
        if (turns == 1) {
            mark = streams_.left_over();
            EXPECT_EQ(mark, crowd.size());
            EXPECT_EQ(flushed_.size(), Flusher::batch_max);
            EXPECT_EQ(flushed_[0], &other);
            EXPECT_EQ(flushed_[1], crowd.back());
            EXPECT_EQ(flushed_[2], crowd.front());
            EXPECT_EQ(crowd.back()->queued_bytes(), 0U);
            EXPECT_EQ(streams_.made_up(), Flusher::batch_max - 1);
        }
        if (streams_.queued_bytes() == 0 || turns > 100) loop_.stop();
    });
    loop_.request_turn();
    loop_.run();
    EXPECT_EQ(streams_.made_up(), mark);
    EXPECT_EQ(streams_.left_over(), mark);
    EXPECT_FALSE(streams_.behind_since());
    for (TcpStream* const stream : crowd) EXPECT_EQ(std::ranges::count(flushed_, stream), 1);
}

TEST_F(StreamsTest, IsBehindSinceTheOldestThatIsLeftOver) {
    std::vector<TcpStream*> crowd;
    for (std::size_t i = 0; i < 3 * Flusher::batch_max; ++i) crowd.push_back(&open());
    std::vector<std::optional<TimePoint>> since;
    loop_.at_end_of_turn([&] {
        streams_.set_fan_out(since.size() < 2);
        // In the second turn those become dirty again that were flushed in the first.
        if (since.size() < 2) {
            for (TcpStream* const stream : crowd) stream->send(Frame::copy_of("event"));
        }
        streams_.set_fan_out(false);
        streams_.end_turn();
        since.push_back(streams_.behind_since());
        if (streams_.queued_bytes() == 0 || since.size() > 100) loop_.stop();
    });
    loop_.request_turn();
    loop_.run();
    ASSERT_GE(since.size(), 4U);
    EXPECT_TRUE(since[0]);
    EXPECT_EQ(since[1], since[0]);
    EXPECT_GT(since[2], since[0]);
    EXPECT_FALSE(since.back());
}

TEST_F(StreamsTest, WhatIsClosedWhileLeftOverIsMadeUp) {
    std::vector<TcpStream*> crowd;
    for (std::size_t i = 0; i < 3 * Flusher::batch_max; ++i) crowd.push_back(&open());
    std::size_t turns = 0;
    loop_.at_end_of_turn([&] {
        if (++turns == 1) {
            for (TcpStream* const stream : crowd) stream->send(Frame::copy_of("event"));
        }
        streams_.end_turn();
        if (turns > 1) return;
        EXPECT_EQ(streams_.left_over(), 2 * Flusher::batch_max);
        for (std::size_t i = Flusher::batch_max; i < crowd.size(); ++i) crowd[i]->close();
        EXPECT_EQ(streams_.made_up(), streams_.left_over());
        loop_.stop();
    });
    loop_.request_turn();
    loop_.run();
}

}  // namespace
}  // namespace carillon
