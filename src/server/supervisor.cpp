#include "supervisor.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace carillon {
namespace {

constexpr int end_of_process_seconds = 5;  // From the end of the grace period to the exit.

}  // namespace

Supervisor::Supervisor(std::string address) : address_(std::move(address)) {}

Supervisor Supervisor::of_environment() {
    const char* address = std::getenv("NOTIFY_SOCKET");
    return Supervisor(address != nullptr ? address : "");
}

void Supervisor::ready(std::string_view status) const {
    notify(fmt::format("READY=1\nSTATUS={}\n", status));
}

void Supervisor::reloading() const {
    // The time tells the supervisor which of its requests this reload belongs to.
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", microseconds));
}

void Supervisor::stopping(int seconds) const {
    notify(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\n",
                       (seconds + end_of_process_seconds) * std::int64_t{1'000'000}));
}

void Supervisor::notify(std::string_view lines) const {
    if (address_.empty()) return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (address_.size() >= sizeof(to.sun_path)) {
        return spdlog::warn("NOTIFY_SOCKET is longer than {} bytes; the supervisor is not notified",
                            sizeof(to.sun_path) - 1);
    }
    std::ranges::copy(address_, to.sun_path);
    if (address_.front() == '@') to.sun_path[0] = '\0';
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    // An abstract name ends with the length of the address, not with a zero.
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    // Not waiting: a supervisor that does not read must not stop the server.
    const ssize_t sent = ::sendto(socket, lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                  reinterpret_cast<const sockaddr*>(&to), length);
    if (sent < 0) {
        spdlog::warn("cannot notify the supervisor at {}: {}", address_,
                     std::generic_category().message(errno));
    }
    if (socket >= 0) ::close(socket);
}

}  // namespace carillon
