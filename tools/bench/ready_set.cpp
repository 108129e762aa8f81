#include "ready_set.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace carillon::bench {

ReadySet::ReadySet() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

ReadySet::~ReadySet() {
    ::close(descriptor_);
}

void ReadySet::add(int descriptor, Pollable& pollable) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &pollable;
    if (::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

std::size_t ReadySet::wait(std::int64_t timeout_ns) {
    const auto most = static_cast<int>(events_.size());
    int found = 0;
    if (timeout_ns <= 0) {
        found = ::epoll_wait(descriptor_, events_.data(), most, 0);
    } else {
        const timespec timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
        found = ::epoll_pwait2(descriptor_, events_.data(), most, &timeout, nullptr);
    }
    ready_ = found > 0 ? static_cast<std::size_t>(found) : 0;  // Interrupted: as if nothing came.
    return ready_;
}

void ReadySet::dispatch() {
    for (std::size_t i = 0; i < ready_; ++i) {
        const bool hung_up = (events_[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        static_cast<Pollable*>(events_[i].data.ptr)->on_ready(hung_up);
    }
}

}  // namespace carillon::bench
