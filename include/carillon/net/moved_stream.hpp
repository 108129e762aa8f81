#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>

#include "carillon/net/tls.hpp"

namespace carillon {

/// A connection on its way from one shard to another, with an empty send queue. Belongs to no
/// thread. Closes the socket unless `Streams::adopt` takes it.
class MovedStream {
public:
    MovedStream(int descriptor, boost::asio::ip::address peer, std::unique_ptr<TlsSession> tls)
        : descriptor_(descriptor), peer_(std::move(peer)), tls_(std::move(tls)) {}
    MovedStream(MovedStream&& other) noexcept;
    MovedStream& operator=(MovedStream&&) = delete;
    ~MovedStream();

private:
    friend class Streams;
    int descriptor_;
    boost::asio::ip::address peer_;
    std::unique_ptr<TlsSession> tls_;
};

}  // namespace carillon
