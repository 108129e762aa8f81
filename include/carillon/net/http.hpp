#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/net/trusted_proxies.hpp"

namespace carillon {

class HttpSession;
class StreamHandler;
class TcpStream;

/// A whole request, as it came in. Views hold until it is answered.
struct HttpRequest {
    const boost::beast::http::request<boost::beast::http::string_body>& message;
    std::string_view path;                 ///< raw, without the query
    std::string_view query;                ///< raw, without '?'
    std::vector<std::string> path_values;  ///< what the route's `*` stand for, percent-decoded
    RequestOrigin origin;

    [[nodiscard]] std::string_view method() const { return message.method_string(); }
    [[nodiscard]] std::string_view header(boost::beast::http::field name) const {
        return message[name];
    }
    [[nodiscard]] const std::string& body() const { return message.body(); }
};

using HttpField = std::pair<std::string_view, std::string>;

struct HttpResponse {
    int status = 200;
    std::string body = {};
    std::string_view content_type = "text/plain; charset=utf-8";
    std::vector<HttpField> headers = {};
    bool close = false;
};

/// The right to answer one request, now or in a later turn of the same shard. Harmless when the
/// connection has gone. Each request must be answered: the next one of its connection waits for it.
class HttpReply {
public:
    explicit HttpReply(std::weak_ptr<HttpSession> session) : session_(std::move(session)) {}
    void send(HttpResponse response) const;

    /// Calls `lost` if the peer is gone, or will send nothing more, before the answer; the
    /// connection is closed then. For answers that take long.
    void when_lost(std::function<void()> lost) const;

    /// Answers with whatever `handler` puts on the stream, headers included, and nothing after it:
    /// hands the connection over. Null if it has gone.
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

/// The connection of a request that wants to be something else than HTTP.
class HttpUpgrade {
public:
    explicit HttpUpgrade(HttpSession& session) : session_(session) {}

    /// Hands the connection over. What arrived behind the request reaches `handler` next.
    void take(std::shared_ptr<StreamHandler> handler) const;
    [[nodiscard]] TcpStream& stream() const;

private:
    HttpSession& session_;
};

/// All lines of a field as one comma-separated list (RFC 9110, 5.3).
[[nodiscard]] std::string list_of(const boost::beast::http::fields& fields, std::string_view name);

/// The first lines of an answer: its status and what every answer has. Fields follow, each with its
/// line end, then an empty line.
[[nodiscard]] std::string begin_response(int status);

using HttpHandler = std::function<void(const HttpRequest&, HttpReply)>;
/// Takes over, or returns the answer that refuses.
using HttpUpgradeHandler =
    std::function<std::optional<HttpResponse>(const HttpRequest&, const HttpUpgrade&)>;

}  // namespace carillon
