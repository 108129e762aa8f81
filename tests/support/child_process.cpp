#include "support/child_process.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace carillon::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) : id_(-1), output_(-1) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    id_ = ::fork();
    if (id_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // It does not outlive a test that crashes.
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::close_range(STDERR_FILENO + 1, ~0U, 0);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
    if (id_ < 0) {
        ::close(output_);
        fail("fork");
    }
}

ChildProcess::~ChildProcess() {
    if (id_ > 0) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    ::close(output_);
}

std::string ChildProcess::read() {
    std::array<char, 4096> bytes;
    const ssize_t count = ::read(output_, bytes.data(), bytes.size());
    if (count < 0) fail("read");
    return {bytes.data(), static_cast<std::size_t>(count)};
}

void ChildProcess::signal(int number) const {
    if (::kill(id_, number) != 0) fail("kill");
}

int ChildProcess::wait() {
    int status = 0;
    if (::waitpid(std::exchange(id_, -1), &status, 0) < 0) fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void run(const std::vector<std::string>& command) {
    ChildProcess process(command);
    std::string said;
    for (std::string more = process.read(); !more.empty(); more = process.read()) said += more;
    if (process.wait() != 0) throw std::runtime_error(command.front() + ": " + said);
}

TemporaryDirectory::TemporaryDirectory()
    : path_(std::filesystem::temp_directory_path() / "carillon-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) fail("mkdtemp");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace carillon::test
