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

/// Its answer, or why there is none.
struct HttpOutcome {
    enum class Failure : std::uint8_t {
        none,
        timeout,
        unreachable,  ///< no such name, or nobody takes connections
        tls,          ///< no handshake, or a certificate that is not trusted
        broken,       ///< the connection was lost, or what came is no HTTP
    };
    Failure failure = Failure::none;
    unsigned status = 0;
    std::string retry_after;  ///< that header, as it is
};

/// How TLS servers prove who they are.
struct TlsTrust {
    bool verify = true;
    std::string ca_file;  ///< PEM; "": the system's authorities
};

/// What is wrong with a file of authorities; nothing if it can be used.
[[nodiscard]] std::optional<std::string> ca_file_problem(const std::string& file);

/// Posts to one URL over one kept connection, HTTP/1.1, one request at a time. Answers are read up
/// to a small bound, redirects are answers like others. One loop.
class HttpClient {
public:
    /// What clients of the same URL share: its addresses and what is trusted.
    class Destination;
    /// Throws std::runtime_error if the file of authorities cannot be used.
    [[nodiscard]] static std::shared_ptr<Destination> destination(
        const boost::asio::any_io_executor& loop, const HttpUrl& url, const TlsTrust& trust);

    explicit HttpClient(std::shared_ptr<Destination> to);
    /// A request under way is dropped, and its `done` not called.
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// `timeout` covers it all, from the name to the end of the answer. `done` is called later.
    void post(HttpPost post, Duration timeout, std::function<void(HttpOutcome)> done);

private:
    class Exchange;
    std::shared_ptr<Exchange> exchange_;
};

}  // namespace carillon
