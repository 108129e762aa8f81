#include "minimal_http_server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>

#include "carillon/base/parse_integer.hpp"

namespace carillon::bench {
namespace {

constexpr std::string_view kept_answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view last_answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    "Connection: close\r\n\r\n{}";

}  // namespace

struct MinimalHttpServer::Connection {
    explicit Connection(int descriptor) : socket(descriptor) {}

    Descriptor socket;
    std::size_t size = 0;
    std::array<char, 4096> buffer;
};

std::size_t request_size(std::string_view text) noexcept {
    constexpr std::string_view blank_line = "\r\n\r\n";
    constexpr std::string_view field = "\r\nContent-Length: ";
    const std::size_t head = text.find(blank_line);
    if (head == text.npos) return 0;
    std::size_t body = 0;
    if (const std::size_t at = text.substr(0, head).find(field); at != text.npos) {
        std::string_view digits = text.substr(at + field.size(), head - at - field.size());
        body = consume_integer<std::size_t>(digits).value_or(0);
    }
    const std::size_t size = head + blank_line.size() + body;
    return text.size() < size ? 0 : size;
}

MinimalHttpServer::MinimalHttpServer(int listener, bool keep_alive)
    : listener_(listener),
      keep_alive_(keep_alive),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    epoll_event event{};
    event.events = EPOLLIN;
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
}

MinimalHttpServer::~MinimalHttpServer() = default;

std::uint64_t MinimalHttpServer::turn() {
    std::array<epoll_event, 64> events;
    // The end of a window is looked at now and then, whatever happens.
    constexpr int wait_max_ms = 10;
    const int found = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_max_ms);
    std::uint64_t answered = 0;
    for (int i = 0; i < found; ++i) {
        void* const connection = events[static_cast<std::size_t>(i)].data.ptr;
        if (connection == nullptr) {
            accept_waiting();
        } else {
            answered += serve(*static_cast<Connection*>(connection));
        }
    }
    return answered;
}

void MinimalHttpServer::accept_waiting() {
    int socket = -1;
    while ((socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        const auto index = static_cast<std::size_t>(socket);
        if (connections_.size() <= index) connections_.resize(index + 1);
        connections_[index] = std::make_unique<Connection>(socket);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.ptr = connections_[index].get();
        checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
    }
}

std::uint64_t MinimalHttpServer::serve(Connection& connection) {
    const int socket = connection.socket.get();
    char* const free = connection.buffer.data() + connection.size;
    const ssize_t got = ::recv(socket, free, connection.buffer.size() - connection.size, 0);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) return close(connection), 0;
    connection.size += static_cast<std::size_t>(got);
    if (request_size({connection.buffer.data(), connection.size}) == 0) return 0;
    connection.size = 0;
    const std::string_view answer = keep_alive_ ? kept_answer : last_answer;
    const ssize_t sent = ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (!keep_alive_ || sent < 0) close(connection);
    return sent < 0 ? 0 : 1;
}

void MinimalHttpServer::close(Connection& connection) {
    connections_[static_cast<std::size_t>(connection.socket.get())].reset();
}

}  // namespace carillon::bench
