#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::bench::test {

/// A program of ours and one of its output streams.
class Program {
public:
    Program(const std::vector<std::string>& arguments, int stream) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
        std::vector<char*> argv;
        argv.reserve(arguments.size() + 1);
        for (const std::string& argument : arguments) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        const int error =
            ::posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        output_ = ends[0];
        if (error != 0) throw std::runtime_error("cannot start " + arguments[0]);
    }
    ~Program() {
        if (process_ > 0) ::kill(process_, SIGKILL);
        static_cast<void>(wait());
        ::close(output_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Output until it holds `wanted` or ends.
    std::string read_until(std::string_view wanted) {
        char buffer[4096];
        while (text_.find(wanted) == text_.npos) {
            const ssize_t size = ::read(output_, buffer, sizeof buffer);
            if (size <= 0) break;
            text_.append(buffer, static_cast<std::size_t>(size));
        }
        return text_;
    }
    std::string read_all() { return read_until(std::string(1, '\0')); }

    void kill(int signal) const { ::kill(process_, signal); }
    [[nodiscard]] pid_t id() const { return process_; }

    /// Exit status.
    int wait() {
        int status = 0;
        if (process_ <= 0 || ::waitpid(process_, &status, 0) != process_) return -1;
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t process_ = -1;
    int output_ = -1;
    std::string text_;
};

}  // namespace carillon::bench::test
