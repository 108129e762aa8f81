#include "baseline_accept.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <forward_list>

#include "carillon/runtime/memory.hpp"
#include "file_limit.hpp"
#include "loopback.hpp"
#include "measured_side.hpp"
#include "shared_count.hpp"

namespace carillon::bench {
namespace {

/// What the least of servers would know of a connection; with the pointer that the list adds, 64
/// bytes.
struct Record {
    int socket = -1;
    std::array<std::byte, 52> state{};
};

class Acceptor {
public:
    Acceptor(int listener, SharedCount& accepted) : listener_(listener), accepted_(accepted) {
        epoll_event event{};
        event.events = EPOLLIN;
        checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
    }

    /// Until there are so many.
    void accept_all(std::size_t count) {
        while (accepted_.get() < count) {
            epoll_event event{};
            if (::epoll_wait(epoll_.get(), &event, 1, -1) > 0) accept_waiting();
        }
    }

private:
    void accept_waiting() {
        int socket = -1;
        while ((socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >=
               0) {
            Record& record = records_.emplace_front(Record{socket, {}});
            epoll_event event{};
            event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
            event.data.ptr = &record;
            checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
            accepted_.increment();
        }
        if (errno != EAGAIN) checked(socket, "accept4");
    }

    int listener_;
    SharedCount& accepted_;
    Descriptor epoll_{checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::forward_list<Record> records_;
};

std::vector<Window> accept_connections(int listener, std::size_t count, SharedCount& accepted) {
    const std::vector<pid_t> self{::getpid()};
    Acceptor acceptor(listener, accepted);
    return_free_memory();  // Memory that this process has and does not use would hide the growth.
    const std::int64_t resident = usage_of(self).resident_bytes;
    Window window = measure_window(0, [&] {
        acceptor.accept_all(count);
        return count;
    });
    window.resident_bytes = usage_of(self).resident_bytes - resident;
    return {window};
}

/// Connects, with never more than some that have not been accepted.
class Connector {
public:
    Connector(std::uint16_t port, std::size_t count, const SharedCount& accepted)
        : destination_(towards_loopback(port)), count_(count), accepted_(accepted) {}

    void connect_more() {
        constexpr std::size_t waiting_max = 64;
        while (sockets_.size() < std::min<std::size_t>(count_, accepted_.get() + waiting_max)) {
            sockets_.emplace_back(checked(destination_.begin_connection(), "connect"));
        }
    }

private:
    Destination destination_;
    std::size_t count_;
    const SharedCount& accepted_;
    std::vector<Descriptor> sockets_;
};

}  // namespace

std::size_t baseline_connections(double seconds) {
    constexpr std::uint64_t spare = 64;
    const std::uint64_t limit = raise_file_limit();
    const auto wanted = static_cast<std::uint64_t>(10'000 * std::clamp(seconds, 0.01, 1.0));
    return limit > wanted + spare ? wanted : limit - std::min(limit, spare);
}

std::vector<Window> measure_accept(const BaselineSetting& setting, std::size_t connections) {
    std::vector<Window> windows;
    for (int i = 0; i < window_count; ++i) {
        const LoopbackListener listener = listen_on_loopback();
        SharedCount accepted;
        MeasuredSide side(setting.cores.measured, [&] {
            return accept_connections(listener.socket.get(), connections, accepted);
        });
        ReadySet ready;
        Connector connector(listener.port, connections, accepted);
        const auto more = side.serve(ready, setting.interrupted, [&] { connector.connect_more(); });
        windows.insert(windows.end(), more.begin(), more.end());
    }
    return windows;
}

}  // namespace carillon::bench
