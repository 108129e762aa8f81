#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace carillon::bench {

/// Something with a socket in a ReadySet.
class Pollable {
public:
    /// Bytes can be read or written, for the first time since nothing could. `hung_up`: the peer
    /// will send no more, so read to the end. May also be called for nothing.
    virtual void on_ready(bool hung_up) = 0;

protected:
    ~Pollable() = default;
};

/// An epoll set, edge-triggered: a socket is registered once and never touched again.
class ReadySet {
public:
    ReadySet();
    ~ReadySet();
    ReadySet(const ReadySet&) = delete;
    ReadySet& operator=(const ReadySet&) = delete;

    /// Until the descriptor is closed. Throws std::system_error.
    void add(int descriptor, Pollable& pollable);

    /// Waits for at most so long, with 0 not at all; returns how many are ready.
    [[nodiscard]] std::size_t wait(std::int64_t timeout_ns);
    /// Calls the ones that `wait` found.
    void dispatch();

private:
    int descriptor_;
    std::array<epoll_event, 256> events_;
    std::size_t ready_ = 0;
};

}  // namespace carillon::bench
