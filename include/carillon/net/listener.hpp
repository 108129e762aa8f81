#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "carillon/base/result.hpp"
#include "carillon/net/options.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/timer.hpp"

namespace carillon {

using Endpoint = boost::asio::ip::tcp::endpoint;

/// "127.0.0.1:6001", "[::1]:6001".
[[nodiscard]] std::string to_text(const Endpoint& endpoint);

/// Whether a server can listen on `endpoint`. SO_REUSEPORT would let a second server share the port
/// unnoticed, so this binds once without it. The error is that of bind(2) or listen(2).
[[nodiscard]] boost::system::error_code probe_endpoint(const Endpoint& endpoint);

/// One shard's listening socket. All shards bind the same endpoint with SO_REUSEPORT, and the
/// kernel distributes connections among them. One shard.
class Listener {
public:
    using Accepted = std::function<void(int descriptor, const Endpoint& peer)>;

    /// Throws boost::system::system_error if it cannot listen. `accepted` owns the descriptor.
    /// `make_room`: called when the process is out of descriptors; true if one is free now.
    Listener(EventLoop& loop, const Endpoint& endpoint, Accepted accepted,
             std::function<bool()> make_room = {});

    /// With the port that the system chose, if 0 was given.
    [[nodiscard]] Endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Starts accepting; on the shard's thread, or before it runs.
    void start() { await_connection(); }
    void stop();

private:
    void await_connection();
    void accept_ready();
    /// Out of descriptors every accept fails at once: waits 100 ms instead of spinning.
    void pause(int cause);

    EventLoop& loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
    Timer retry_;
    Accepted accepted_;
    std::function<bool()> make_room_;
    bool out_of_descriptors_ = false;  ///< logged once per incident
};

}  // namespace carillon
