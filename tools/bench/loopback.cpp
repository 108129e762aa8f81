#include "loopback.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace carillon::bench {
namespace {

sockaddr_in loopback_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void set_no_delay(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

LoopbackListener listen_on_loopback() {
    LoopbackListener listener;
    listener.socket = Descriptor{
        checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
    const int socket = listener.socket.get();
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(socket, generic, size), "bind");
    checked(::listen(socket, SOMAXCONN), "listen");
    checked(::getsockname(socket, generic, &size), "getsockname");
    listener.port = ntohs(address.sin_port);
    return listener;
}

Destination towards_loopback(std::uint16_t port) {
    BenchTarget target;
    target.port = port;
    return Destination{target, SubscriberOptions{}.source_addresses};
}

bool is_listening_on_loopback(std::uint16_t port) {
    const Descriptor socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    // From another address: if nothing listens there, a socket may connect to itself.
    sockaddr_in source = loopback_address(0);
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    checked(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source),
            "bind");
    const sockaddr_in address = loopback_address(port);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

LoopbackConnections connect_on_loopback(std::size_t count) {
    const LoopbackListener listener = listen_on_loopback();
    const sockaddr_in address = loopback_address(listener.port);
    LoopbackConnections connections;
    for (std::size_t i = 0; i < count; ++i) {
        // Blocks until the system has queued it for the accept that follows.
        Descriptor near{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
        checked(::connect(near.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                "connect");
        checked(::fcntl(near.get(), F_SETFL, O_NONBLOCK), "fcntl");
        set_no_delay(near.get());
        connections.near.push_back(std::move(near));
        connections.far.emplace_back(checked(
            ::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC),
            "accept4"));
    }
    return connections;
}

}  // namespace carillon::bench
