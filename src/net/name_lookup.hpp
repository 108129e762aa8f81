#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// Resolves the name of one host. The system's resolver blocks, for minutes if a name server is
/// unreachable, so each lookup has a thread of its own, one at a time: a name that cannot be
/// resolved delays neither other names nor the server's stop. One event loop.
class NameLookup {
public:
    using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;
    /// Called with no addresses if the name cannot be resolved.
    using Done = std::function<void(const Addresses&)>;

    NameLookup(boost::asio::any_io_executor loop, std::string host, std::uint16_t port);
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// Calls `done` on the loop, or at once if the host is an address. All calls during a lookup
    /// get its result.
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
