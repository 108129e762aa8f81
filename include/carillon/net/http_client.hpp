#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "carillon/base/http_url.hpp"
#include "carillon/base/time.hpp"

namespace boost::asio {
class any_io_executor;
}

namespace carillon {

/// A request to another server.
struct HttpPost {
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// The response, or why there is none.
struct HttpOutcome {
    enum class Failure : std::uint8_t {
        none,
        timeout,
        unreachable,  ///< the name cannot be resolved, or the connection was refused
        tls,          ///< the handshake failed, or the certificate is not trusted
        broken,       ///< the connection was lost, or the response is not HTTP
    };
    Failure failure = Failure::none;
    unsigned status = 0;
    std::string retry_after;  ///< the Retry-After field as received; "" without one
};

/// How the certificates of TLS servers are verified.
struct TlsTrust {
    bool verify = true;
    std::string ca_file;  ///< certificate authorities, PEM; "": those of the system
};

/// Why a file of certificate authorities cannot be used; nothing if it can.
[[nodiscard]] std::optional<std::string> ca_file_problem(const std::string& file);

/// Posts to one URL over one keep-alive connection, HTTP/1.1, one request at a time. Up to 64 KiB
/// of a response's body are read and discarded; redirects are not followed. One event loop.
class HttpClient {
public:
    /// What the clients of one URL share: its addresses, and the TLS context.
    class Destination;
    /// Throws std::runtime_error if the certificate authorities cannot be loaded.
    [[nodiscard]] static std::shared_ptr<Destination> destination(
        const boost::asio::any_io_executor& loop, const HttpUrl& url, const TlsTrust& trust);

    explicit HttpClient(std::shared_ptr<Destination> to);
    /// Abandons a pending request; its `done` is not called.
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// `timeout`: for everything, from resolving the name to the end of the response. `done` is
    /// called once, never from within `post`.
    void post(HttpPost post, Duration timeout, std::function<void(HttpOutcome)> done);

private:
    class Exchange;
    std::shared_ptr<Exchange> exchange_;
};

}  // namespace carillon
