#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <string>
#include <utility>

namespace carillon {

/// A pipe of the least size, for a log to be written to, or not to be read from. Its input stays
/// open as long as the process runs, as `LogWriter` demands.
class LinePipe {
public:
    LinePipe() {
        std::signal(SIGPIPE, SIG_IGN);
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        bytes_max_ = static_cast<std::size_t>(::fcntl(input(), F_SETPIPE_SZ, 4096));
    }
    ~LinePipe() { close_reader(); }
    LinePipe(const LinePipe&) = delete;
    LinePipe& operator=(const LinePipe&) = delete;

    [[nodiscard]] int input() const { return ends_[1]; }
    [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

    void close_reader() {
        if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
    }

    /// The next line, without its newline. Waits for it.
    std::string read_line() {
        std::size_t end = 0;
        while ((end = read_.find('\n')) == read_.npos) {
            std::array<char, 4096> bytes{};
            const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
            if (count <= 0) return "the pipe has ended";
            read_.append(bytes.data(), static_cast<std::size_t>(count));
        }
        const std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
    }

private:
    std::array<int, 2> ends_{-1, -1};
    std::size_t bytes_max_ = 0;
    std::string read_;
};

}  // namespace carillon
