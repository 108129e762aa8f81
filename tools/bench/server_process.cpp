#include "server_process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "clock.hpp"
#include "cores.hpp"
#include "loopback.hpp"

namespace carillon::bench {
namespace {

constexpr double start_seconds_max = 10;
constexpr int stop_ms_max = 5000;

[[noreturn]] void run_program(pid_t parent, char* const* arguments, int core) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    // Ctrl-C is for the one who started it: it ends the run, then the server.
    ::setpgid(0, 0);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    try {
        pin_to_core(core);
        ::execv(arguments[0], arguments);
    } catch (const std::exception&) {
        // What cannot run on that core is told like what cannot run at all.
    }
    ::_exit(127);
}

pid_t start(std::vector<std::string>& command, int core) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t process = checked(::fork(), "fork");
    if (process == 0) run_program(parent, arguments.data(), core);
    return process;
}

/// By number: the header that declares it cannot be used from C++ in glibc 2.36.
int open_watch(pid_t process) {
    return static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> command, int core)
    : process_(start(command, core)), watch_(open_watch(process_)) {}

ServerProcess::~ServerProcess() {
    ::kill(process_, SIGTERM);
    if (!has_ended(stop_ms_max)) ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void ServerProcess::wait_until_accepting(std::uint16_t port, const std::atomic<bool>& interrupted) {
    constexpr int pause_ms = 10;
    const std::int64_t end = now_ns() + seconds_to_ns(start_seconds_max);
    while (!is_listening_on_loopback(port)) {
        if (interrupted) throw std::runtime_error("interrupted");
        if (has_ended(pause_ms)) throw std::runtime_error("the server did not start");
        if (now_ns() > end) throw std::runtime_error("the server does not accept connections");
    }
}

bool ServerProcess::has_ended(int wait_ms) const {
    const std::int64_t end = now_ns() + std::int64_t{wait_ms} * 1'000'000;
    pollfd watch{watch_.get(), POLLIN, 0};
    while (true) {
        const auto left = static_cast<int>((end - now_ns()) / 1'000'000);
        const int found = ::poll(&watch, 1, left > 0 ? left : 0);
        if (found > 0) return true;
        if (found == 0 || errno != EINTR) return false;
    }
}

}  // namespace carillon::bench
