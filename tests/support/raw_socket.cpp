#include "support/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace carillon::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void set(int descriptor, int level, int name, int value) {
    if (::setsockopt(descriptor, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

/// False when `pause` passed.
bool await(int descriptor, int events, std::chrono::milliseconds pause) {
    pollfd one{descriptor, static_cast<short>(events), 0};
    return ::poll(&one, 1, static_cast<int>(pause.count())) > 0;
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port, int receive_buffer_bytes)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0) fail("socket");
    if (receive_buffer_bytes > 0) set(descriptor_, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
    set(descriptor_, IPPROTO_TCP, TCP_NODELAY, 1);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        close();
        throw std::system_error(error, std::generic_category(), "connect");
    }
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      was_reset_(other.was_reset_),
      received_(std::move(other.received_)) {}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(was_reset_, other.was_reset_);
    std::swap(received_, other.received_);
    return *this;
}

RawSocket::~RawSocket() {
    close();
}

void RawSocket::send(std::string_view bytes) {
    if (send_while_taken(bytes, patience) < bytes.size()) {
        throw std::runtime_error("the server does not take what is sent");
    }
}

void RawSocket::send_byte_by_byte(std::string_view bytes) {
    for (const char& byte : bytes) send({&byte, 1});
}

std::size_t RawSocket::send_while_taken(std::string_view bytes, std::chrono::milliseconds pause) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent,
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno != EAGAIN) {
            fail("send");
        } else if (!await(descriptor_, POLLOUT, pause)) {
            break;
        }
    }
    return sent;
}

std::string RawSocket::receive_exactly(std::size_t count) {
    while (received_.size() < count) {
        if (!receive_more()) throw std::runtime_error("the stream ended early");
    }
    std::string bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
}

std::string RawSocket::receive_through(std::string_view delimiter) {
    std::size_t end = received_.find(delimiter);
    while (end == std::string::npos) {
        if (!receive_more()) throw std::runtime_error("the stream ended early: " + received_);
        end = received_.find(delimiter);
    }
    return receive_exactly(end + delimiter.size());
}

std::string RawSocket::receive_to_end() {
    while (receive_more()) continue;
    return std::exchange(received_, {});
}

bool RawSocket::receive_more() {
    if (!await(descriptor_, POLLIN, patience)) throw std::runtime_error("nothing is received");
    std::array<char, 65536> bytes;
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno != ECONNRESET) fail("recv");
    if (count < 0) was_reset_ = true;
    if (count <= 0) return false;
    received_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

void RawSocket::await_reset() const {
    if (!await(descriptor_, 0, patience)) throw std::runtime_error("no reset comes");
}

void RawSocket::finish_sending() {
    if (::shutdown(descriptor_, SHUT_WR) != 0) fail("shutdown");
}

void RawSocket::close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void RawSocket::reset() noexcept {
    const linger abort{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
}

}  // namespace carillon::test
