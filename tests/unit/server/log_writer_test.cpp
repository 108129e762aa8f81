#include "log_writer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "line_pipe.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

std::string notice(std::uint64_t dropped) {
    return "dropped " + std::to_string(dropped) + "\n";
}

std::string numbered(std::size_t number) {
    return "line " + std::to_string(number);
}

/// Reads until `count` numbered lines are accounted for: each came at its place, or a notice at
/// this place counts it. Returns how many came.
std::size_t read_all(LinePipe& pipe, std::size_t count) {
    std::size_t came = 0;
    for (std::size_t next = 0; next < count;) {
        const std::string line = pipe.read_line();
        if (line.starts_with("dropped ")) {
            next += std::stoul(line.substr(8));
        } else if (line == numbered(next)) {
            ++next;
            ++came;
        } else {
            ADD_FAILURE() << line << " in the place of line " << next;
            return came;
        }
    }
    return came;
}

TEST(LogWriter, WritesLinesInOrder) {
    LinePipe pipe;
    LogWriter writer(pipe.input(), 1 << 20, notice);
    for (std::size_t i = 0; i < 10'000; ++i) writer.write(numbered(i) + '\n');
    EXPECT_EQ(read_all(pipe, 10'000), 10'000U);
    EXPECT_TRUE(writer.flush(minutes(1)));
    EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LogWriter, KeepsTheOrderOfEachThread) {
    LinePipe pipe;
    LogWriter writer(pipe.input(), 1 << 20, notice);
    std::vector<std::thread> threads;
    for (const char thread : {'a', 'b', 'c', 'd'}) {
        threads.emplace_back([&writer, thread] {
            for (int i = 0; i < 1000; ++i) writer.write(thread + std::to_string(i) + '\n');
        });
    }
    std::map<char, int> next;
    for (int i = 0; i < 4000; ++i) {
        const std::string line = pipe.read_line();
        EXPECT_EQ(line.substr(1), std::to_string(next[line[0]]++)) << line;
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(LogWriter, DropsLinesThatDoNotFitAndReportsTheGap) {
    constexpr std::size_t bytes_max = 8192;
    constexpr std::size_t count = 10'000;
    LinePipe pipe;
    LogWriter writer(pipe.input(), bytes_max, notice);
    for (std::size_t i = 0; i < count; ++i) writer.write(numbered(i) + '\n');
    EXPECT_FALSE(writer.flush(milliseconds(1)));
    const std::uint64_t dropped = writer.dropped();
    EXPECT_GT(dropped, 0U);
    const std::size_t came = read_all(pipe, count);
    EXPECT_EQ(came + dropped, count);
    // In the pipe, being written, and waiting.
    EXPECT_LE(came * numbered(0).size(), pipe.bytes_max() + 2 * bytes_max);

    EXPECT_TRUE(writer.flush(minutes(1)));
    writer.write("as before\n");
    EXPECT_EQ(pipe.read_line(), "as before");
    EXPECT_EQ(writer.dropped(), dropped);
}

TEST(LogWriter, TakesNoShorterLineBehindOneThatWasDropped) {
    LinePipe pipe;
    const std::string filling(pipe.bytes_max() - 1, '#');
    ASSERT_EQ(::write(pipe.input(), (filling + '\n').data(), pipe.bytes_max()),
              static_cast<ssize_t>(pipe.bytes_max()));
    LogWriter writer(pipe.input(), 8192, notice);
    // Every other line is longer than the queue. The thread takes what waits once, at any of them.
    for (std::size_t i = 0; i < 7; ++i) {
        writer.write(numbered(i) + std::string(i % 2 * 8192, 'x') + '\n');
    }
    EXPECT_EQ(pipe.read_line(), filling);
    EXPECT_LE(read_all(pipe, 7), 2U);
}

TEST(LogWriter, WritesLinesThatAreLongerThanThePipe) {
    LinePipe pipe;
    LogWriter writer(pipe.input(), 1 << 20, notice);
    for (const std::size_t length : {4094U, 4095U, 4096U, 4097U, 100'000U, 1U}) {
        writer.write(std::string(length, 'x') + '\n');
        EXPECT_EQ(pipe.read_line(), std::string(length, 'x'));
    }
}

TEST(LogWriter, WritesToAnOutputInNonBlockingMode) {
    LinePipe pipe;
    ASSERT_EQ(::fcntl(pipe.input(), F_SETFL, O_NONBLOCK), 0);
    LogWriter writer(pipe.input(), 1 << 20, notice);
    for (std::size_t i = 0; i < 10'000; ++i) writer.write(numbered(i) + '\n');
    EXPECT_EQ(read_all(pipe, 10'000), 10'000U);
    EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LogWriter, CountsLinesThatTheOutputRefuses) {
    LinePipe pipe;
    pipe.close_reader();
    LogWriter writer(pipe.input(), 1 << 20, notice);
    for (int i = 0; i < 3; ++i) writer.write("lost\n");
    EXPECT_TRUE(writer.flush(minutes(1)));
    EXPECT_EQ(writer.dropped(), 3U);
}

TEST(LogWriter, EndsWhileItsOutputIsBlocked) {
    LinePipe pipe;
    auto writer = std::make_unique<LogWriter>(pipe.input(), 1 << 20, notice);
    for (std::size_t i = 0; i < 10'000; ++i) writer->write(numbered(i) + '\n');
    writer.reset();
    EXPECT_EQ(read_all(pipe, 10'000), 10'000U);
}

}  // namespace
}  // namespace carillon
