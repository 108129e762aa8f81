#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/net/trusted_proxies.hpp"

namespace carillon {

struct HttpMessage;
class HttpSession;
class StreamHandler;
class TcpStream;

/// A complete request. Its views are valid until it has been answered.
struct HttpRequest {
    const HttpMessage& message;            ///< as parsed; what it holds is returned below
    std::string_view path;                 ///< not decoded, without the query
    std::string_view query;                ///< not decoded, without '?'
    std::vector<std::string> path_values;  ///< the segments at the route's `*`, percent-decoded
    RequestOrigin origin;

    [[nodiscard]] std::string_view method() const;
    /// 10 times the major version, plus the minor one: 11 for HTTP/1.1.
    [[nodiscard]] unsigned version() const;
    [[nodiscard]] bool has_header(std::string_view name) const;
    /// The first line of the field, without blanks around it; "" if it is absent. `name` in any
    /// case, here and below.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// All lines of the field as one comma-separated list. Source: RFC 9110, 5.3.
    [[nodiscard]] std::string header_list(std::string_view name) const;
    [[nodiscard]] const std::string& body() const;
};

using HttpField = std::pair<std::string_view, std::string>;

struct HttpResponse {
    int status = 200;
    std::string body = {};
    std::string_view content_type = "text/plain; charset=utf-8";
    std::vector<HttpField> headers = {};
    bool close = false;  ///< the connection ends after this response
};

/// The right to answer one request, now or in a later turn of the same shard. Does nothing if the
/// connection is closed by then. Each request must be answered, because the next one of its
/// connection is not read before.
class HttpReply {
public:
    explicit HttpReply(std::weak_ptr<HttpSession> session) : session_(std::move(session)) {}
    void send(const HttpResponse& response) const;

    /// Calls `lost` if the connection breaks, or the peer ends its side of it, before the answer;
    /// the connection is closed then. For answers that take long.
    void when_lost(std::function<void()> lost) const;

    /// Takes a token from the connection's bucket, which holds what comes in over `bucket` at
    /// `per_second`. While the bucket is overdrawn the connection's next request is not handled.
    /// Before the answer is sent.
    void charge(std::uint32_t per_second, Duration bucket) const;

    /// Passes the connection to `handler`, which writes the whole answer itself, status line
    /// included; the connection serves no further request. Null if it is closed already.
    [[nodiscard]] TcpStream* take_over(std::shared_ptr<StreamHandler> handler) const;

    /// The same right; `observer` is called with the status that is sent.
    [[nodiscard]] HttpReply observed_by(std::function<void(int status)> observer) const {
        HttpReply reply(*this);
        reply.observer_ = std::move(observer);
        return reply;
    }

private:
    std::weak_ptr<HttpSession> session_;
    std::function<void(int status)> observer_;
};

/// The connection of a request that asks for an upgrade to another protocol.
class HttpUpgrade {
public:
    explicit HttpUpgrade(HttpSession& session) : session_(session) {}

    /// Passes the connection to `handler`, which first gets the bytes that arrived after the
    /// request.
    void take(std::shared_ptr<StreamHandler> handler) const;
    [[nodiscard]] TcpStream& stream() const;

private:
    HttpSession& session_;
};

/// The first lines of a response: the status line, and the fields that every response has. Further
/// fields follow, each with its line end, then an empty line.
[[nodiscard]] std::string begin_response(int status);

using HttpHandler = std::function<void(const HttpRequest&, HttpReply)>;
/// Checks the head of a request before its body is read. Nullopt: read it; else the response that
/// rejects the request. Not called if the body arrives together with the head.
using HttpHeadCheck = std::function<std::optional<HttpResponse>(const HttpRequest&)>;
/// Takes the connection, or returns the response that refuses the upgrade.
using HttpUpgradeHandler =
    std::function<std::optional<HttpResponse>(const HttpRequest&, const HttpUpgrade&)>;

}  // namespace carillon
