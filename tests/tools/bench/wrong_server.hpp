#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace carillon::bench::test {

/// What a WrongServer does wrong; 0 for never. Deliveries are counted for each connection, from 1;
/// of several faults on one delivery the first named here happens.
struct Faults {
    unsigned drop_every = 0;    ///< deliveries
    unsigned double_every = 0;  ///< deliveries
    unsigned swap_every = 0;    ///< deliveries; it follows the next one instead
    unsigned refuse_every = 0;  ///< requests, with 503
    unsigned ignore_every = 0;  ///< requests: publishes, then hangs up without an answer
    unsigned close_after = 0;   ///< deliveries to the first connection
    bool silent = false;        ///< Never answers anything.
};

/// How often it did it.
struct Wrongs {
    std::uint64_t delivered = 0;  ///< each event once for each connection that got it
    std::uint64_t dropped = 0;
    std::uint64_t doubled = 0;
    std::uint64_t swapped = 0;
    std::uint64_t refused = 0;
    std::uint64_t ignored = 0;
};

/// Speaks as much of the Pusher protocol as carillon-bench needs, on a thread and a port of its
/// own, with one channel for all, and makes the mistakes that it is told to.
class WrongServer {
public:
    explicit WrongServer(const Faults& faults);
    ~WrongServer();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Stops it.
    [[nodiscard]] Wrongs finish();

private:
    struct Peer;

    void run();
    void accept_one();
    /// False: close it.
    [[nodiscard]] bool serve(Peer& peer);
    [[nodiscard]] bool serve_http(Peer& peer);
    [[nodiscard]] bool serve_frames(Peer& peer, std::string bytes);
    [[nodiscard]] bool serve_trigger(Peer& peer, std::string_view body);
    void publish(std::string_view event);
    void deliver(Peer& peer, const std::string& frame);

    Faults faults_;
    Wrongs wrongs_;
    int listener_;
    int stop_[2];
    std::uint16_t port_ = 0;
    std::uint64_t requests_ = 0;
    std::vector<std::unique_ptr<Peer>> peers_;
    std::thread thread_;
};

}  // namespace carillon::bench::test
