#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace carillon {

/// The certificates that a Redis server and this node prove themselves with. PEM files.
struct RedisTlsFiles {
    std::string authorities;  ///< "": the system's
    std::string certificate;  ///< this node's chain; "": none
    std::string key;          ///< of that certificate
};

/// TLS 1.2 and later, with the server's certificate checked. Immutable; all shards share it. Throws
/// std::runtime_error, which names the file and what is wrong with it.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_redis_tls(const RedisTlsFiles& files);

}  // namespace carillon
