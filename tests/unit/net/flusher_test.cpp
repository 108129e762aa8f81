#include "carillon/net/flusher.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "carillon/net/streams.hpp"

namespace carillon {
namespace {

class Handler final : public StreamHandler {
public:
    void on_bytes(std::span<char>) override {}
    void on_end() override {}
    void on_lost() override {
        ++lost;
        if (then) then();
    }

    int lost = 0;
    std::function<void()> then;
};

/// A stream of the shard, and what is at its other end.
struct Pipe {
    TcpStream* stream = nullptr;
    std::shared_ptr<Handler> handler = std::make_shared<Handler>();
    int peer = -1;
};

/// What a flusher owes its streams, whichever it is. Needs no event loop to run.
class FlusherTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        try {
            streams = std::make_unique<Streams>(loop, make_flusher(GetParam()), metrics);
        } catch (const std::runtime_error& error) {
            GTEST_SKIP() << error.what();
        }
    }

    ~FlusherTest() override {
        for (const int peer : peers) ::close(peer);
    }

    Pipe open(int buffer_bytes = 1 << 20) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            throw std::runtime_error("no more sockets");
        }
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
        peers.push_back(ends[1]);
        Pipe pipe;
        pipe.stream = &streams->adopt(ends[0], {}, nullptr);
        pipe.stream->set_handler(pipe.handler);
        pipe.peer = ends[1];
        return pipe;
    }

    /// Queues numbered lines, one a frame. Returns them all.
    static std::string queue_lines(const Pipe& pipe, int count) {
        std::string all;
        for (int i = 0; i < count; ++i) {
            const std::string line = std::to_string(i) + "\n";
            pipe.stream->send(Frame::copy_of(line));
            all += line;
        }
        return all;
    }

    static std::string read_all(int peer) {
        std::string all;
        std::array<char, 65536> bytes;
        for (;;) {
            const ssize_t got = ::recv(peer, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (got <= 0) return all;
            all.append(bytes.data(), static_cast<std::size_t>(got));
        }
    }

    ShardMetrics metrics;
    EventLoop loop{metrics};
    std::unique_ptr<Streams> streams;
    std::vector<int> peers;
};

TEST_P(FlusherTest, WritesAllFramesInOrder) {
    const Pipe pipe = open();
    for (const int count : {1, 2, 64, 65, 1000}) {
        const std::string sent = queue_lines(pipe, count);
        streams->end_turn();
        EXPECT_EQ(read_all(pipe.peer), sent);
        EXPECT_FALSE(pipe.stream->blocked());
    }
    EXPECT_EQ(streams->queued_bytes(), 0U);
}

TEST_P(FlusherTest, GoesOnWhereASocketStoppedTaking) {
    const Pipe pipe = open(4096);
    std::string sent = queue_lines(pipe, 3000);
    const std::string large(300'000, 'x');
    pipe.stream->send(Frame::copy_of(large));
    sent += large;
    streams->end_turn();
    EXPECT_TRUE(pipe.stream->blocked());
    std::string received;
    while (pipe.stream->blocked()) {
        const std::string part = read_all(pipe.peer);
        ASSERT_FALSE(part.empty());
        received += part;
        pipe.stream->on_ready(EPOLLOUT);
        streams->end_turn();
    }
    EXPECT_TRUE(received + read_all(pipe.peer) == sent);
    EXPECT_EQ(metrics.bytes_sent, sent.size());
}

TEST_P(FlusherTest, ASlowReaderDelaysNoOtherStream) {
    const Pipe slow = open(4096);
    const Pipe quick = open();
    slow.stream->send(Frame::copy_of(std::string(100'000, 'x')));
    const std::string sent = queue_lines(quick, 10);
    streams->end_turn();
    EXPECT_TRUE(slow.stream->blocked());
    EXPECT_EQ(read_all(quick.peer), sent);
}

TEST_P(FlusherTest, ReportsABrokenConnectionOnce) {
    const Pipe broken = open();
    const Pipe whole = open();
    ::shutdown(broken.peer, SHUT_RDWR);
    queue_lines(broken, 100);
    const std::string sent = queue_lines(whole, 100);
    streams->end_turn();
    streams->end_turn();
    EXPECT_EQ(broken.handler->lost, 1);
    EXPECT_EQ(whole.handler->lost, 0);
    EXPECT_EQ(read_all(whole.peer), sent);
    EXPECT_EQ(streams->size(), 1U);
}

TEST_P(FlusherTest, AFailedStreamMayCloseOthers) {
    const Pipe first = open();
    const Pipe broken = open();
    const Pipe last = open();
    ::shutdown(broken.peer, SHUT_RDWR);
    broken.handler->then = [&] {
        first.stream->close();
        last.stream->close();
    };
    for (const Pipe* pipe : {&first, &broken, &last}) queue_lines(*pipe, 3);
    streams->end_turn();
    EXPECT_EQ(broken.handler->lost, 1);
    EXPECT_EQ(first.handler->lost + last.handler->lost, 0);
    EXPECT_EQ(streams->size(), 0U);
}

TEST_P(FlusherTest, AFailedStreamMaySendToOthers) {
    const Pipe broken = open();
    const Pipe other = open();
    ::shutdown(broken.peer, SHUT_RDWR);
    queue_lines(broken, 1);
    const std::string first = queue_lines(other, 3);
    std::string second;
    broken.handler->then = [&] {
        second = queue_lines(other, 2);
        EXPECT_FALSE(other.stream->blocked());
    };
    streams->end_turn();
    EXPECT_FALSE(other.stream->blocked()) << "its socket took all it was offered";
    EXPECT_EQ(read_all(other.peer), first + second);
}

TEST_P(FlusherTest, ClosesStreamsWithNothingLeftToSend) {
    const Pipe pipe = open();
    const std::string sent = queue_lines(pipe, 3);
    pipe.stream->close_when_sent();
    streams->end_turn();
    EXPECT_EQ(read_all(pipe.peer), sent);
    EXPECT_EQ(pipe.handler->lost, 1);
}

TEST_P(FlusherTest, WritesToMoreStreamsThanOneBatchHolds) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::vector<Pipe> pipes(Flusher::batch_max + 100);
    std::string sent;
    for (Pipe& pipe : pipes) {
        pipe = open();
        sent = queue_lines(pipe, 70);
    }
    streams->end_turn();
    for (const Pipe& pipe : pipes) ASSERT_EQ(read_all(pipe.peer), sent);
}

/// A ring belongs to the thread that first submits; to use it on another is one way to break it.
TEST_P(FlusherTest, GoesOnAfterARingThatBroke) {
    const auto lines_arrive = [this] {
        const Pipe pipe = open();
        const std::string sent = queue_lines(pipe, 100);
        streams->end_turn();
        return pipe.handler->lost == 0 && read_all(pipe.peer) == sent;
    };
    EXPECT_TRUE(lines_arrive());
    std::thread([&] { static_cast<void>(lines_arrive()); }).join();
    EXPECT_TRUE(lines_arrive());
    EXPECT_TRUE(lines_arrive());
}

INSTANTIATE_TEST_SUITE_P(Kinds, FlusherTest, ::testing::Values("gathered", "io_uring"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace carillon
