#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// Finds the addresses of one host. The system's resolver blocks, for minutes if a name server is
/// gone, so each lookup has a thread of its own, one at a time: a host that cannot be found delays
/// nobody who looks for another, and no stop. One loop.
class NameLookup {
public:
    using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;
    /// None: there is no such host, or no answer.
    using Done = std::function<void(const Addresses&)>;

    NameLookup(boost::asio::any_io_executor loop, std::string host, std::uint16_t port);
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// Calls `done` on the loop, or at once if the host is an address.
    void find(Done done);

private:
    struct Shared;
    void found(const Addresses& addresses);

    std::string host_;
    std::uint16_t port_;
    Addresses literal_;
    std::vector<Done> waiting_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace carillon
