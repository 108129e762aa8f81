#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace carillon {

/// How a Redis server proves who it is, and how we do. PEM files.
struct RedisTlsFiles {
    std::string authorities;  ///< "": the system's
    std::string certificate;  ///< our chain; "": none
    std::string key;          ///< of that certificate
};

/// TLS 1.2 and later, the server's certificate checked. Shared by all shards; immutable. Throws
/// std::runtime_error that names the file and what is wrong with it.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_redis_tls(const RedisTlsFiles& files);

}  // namespace carillon
