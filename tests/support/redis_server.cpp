#include "support/redis_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace carillon::test {
namespace {

constexpr int starts_max = 10;  // Each on another port.

std::vector<std::string> tls_arguments(const RedisServer::Tls& tls) {
    return {"--port",
            "0",
            "--tls-cert-file",
            tls.certificate,
            "--tls-key-file",
            tls.key,
            "--tls-ca-cert-file",
            tls.authorities,
            "--tls-auth-clients",
            tls.client_certificates ? "yes" : "no"};
}

}  // namespace

std::uint16_t free_port() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool found =
        ::bind(descriptor, generic, size) == 0 && ::getsockname(descriptor, generic, &size) == 0;
    const int error = errno;
    ::close(descriptor);
    if (!found) throw std::system_error(error, std::generic_category(), "a free port");
    return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> arguments, const std::optional<Tls>& tls)
    : tls_(tls.has_value()), arguments_(std::move(arguments)) {
    if (tls) {
        const auto more = tls_arguments(*tls);
        arguments_.insert(arguments_.end(), more.begin(), more.end());
    }
    for (int i = 0; i < starts_max; ++i) {
        port_ = free_port();
        if (start()) return;
    }
    throw std::runtime_error("redis-server finds no free port");
}

std::string RedisServer::url() const {
    return (tls_ ? "rediss://127.0.0.1:" : "redis://127.0.0.1:") + std::to_string(port_);
}

bool RedisServer::start() {
    std::vector<std::string> command{"redis-server", "--bind", "127.0.0.1", "--save",         "",
                                     "--appendonly", "no",     "--dir",     directory_.path()};
    command.insert(command.end(), arguments_.begin(), arguments_.end());
    command.insert(command.end(), {tls_ ? "--tls-port" : "--port", std::to_string(port_)});
    process_ = std::make_unique<ChildProcess>(command);
    std::string said;
    while (said.find("Ready to accept connections") == std::string::npos) {
        const std::string more = process_->read();
        said += more;
        if (!more.empty()) continue;
        if (said.find("Address already in use") != std::string::npos) return false;
        throw std::runtime_error("redis-server does not start: " + said);
    }
    return true;
}

void RedisServer::freeze() {
    process_->signal(SIGSTOP);
}

void RedisServer::resume() {
    process_->signal(SIGCONT);
}

void RedisServer::kill() {
    process_.reset();
}

void RedisServer::restart() {
    kill();
    if (!start()) throw std::runtime_error("redis-server finds its port taken");
}

}  // namespace carillon::test
