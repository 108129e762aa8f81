#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace carillon::test {

/// A program that runs, from construction to destruction. Its output can be read; its errors too.
class ChildProcess {
public:
    /// `command`: the program, found on the PATH, and its arguments. Throws std::system_error.
    explicit ChildProcess(const std::vector<std::string>& command);
    /// Kills it, if it has not ended.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// What it says next, in any piece; "" once it has ended, or closed its output.
    [[nodiscard]] std::string read();
    void signal(int number) const;
    /// Waits for its end. The exit status, or -1 if a signal has ended it.
    int wait();

private:
    pid_t id_;
    int output_;
};

/// Runs `command` to its end. Throws std::runtime_error with what it said if it fails.
void run(const std::vector<std::string>& command);

/// A new, empty directory, removed with all it has in the end.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace carillon::test
