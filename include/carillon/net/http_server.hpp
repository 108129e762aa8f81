#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "carillon/base/ids.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"
#include "carillon/net/moved_request.hpp"
#include "carillon/net/options.hpp"
#include "carillon/net/trusted_proxies.hpp"
#include "carillon/runtime/event_loop.hpp"
#include "carillon/runtime/timer.hpp"

namespace carillon {

class Streams;
class TlsContext;

/// HTTP/1.1 on one shard's connections: keep-alive, pipelining (answered in order), chunked bodies,
/// `Expect: 100-continue`, time-outs and size limits. Beast parses. Requests for an upgrade to
/// WebSocket go to `upgrade`. One shard. Source: RFC 9110, 9112.
///
/// It owns nothing of its connections: each has a `TcpStream`, owned by `Streams`, whose handler is
/// an `HttpSession`, which the stream keeps alive until another handler takes over.
class HttpServer {
public:
    HttpServer(EventLoop& loop, Streams& streams, const HttpOptions& options, HttpRoutes routes,
               HttpUpgradeHandler upgrade);
    ~HttpServer();

    /// While `may_admit` returns false, requests are neither handled nor read: backpressure on
    /// publishers. It is asked again every 5 ms.
    void set_admission(std::function<bool()> may_admit) { may_admit_ = std::move(may_admit); }

    /// Some paths are served by one shard only: `home` returns it, and `move` sends it the request,
    /// for `accept` there. Such requests are not subject to `may_admit`.
    using Home = std::function<std::optional<ShardId>(std::string_view path)>;
    using Move = std::function<void(ShardId to, MovedRequest request)>;
    void set_homes(ShardId self, Home home, Move move);
    void accept(MovedRequest request);

    /// Serves a connected socket. `tls`: of a listener with TLS, else null.
    void accept(int descriptor, const boost::asio::ip::address& peer,
                const TlsContext* tls = nullptr);

    /// While `sockets`, of all shards and whatever they speak, are more than `max`, a new one takes
    /// the place of one that nobody needs.
    void set_socket_limit(const std::atomic<std::uint32_t>& sockets, std::uint32_t max) noexcept;
    /// Closes a connection without a request under way: the one that has waited longest without one
    /// that was accepted, else an idle one. False if there is none but `newcomer`.
    bool make_room(const HttpSession* newcomer = nullptr);

    /// This shard's part of `HttpOptions::max_unauthenticated_bytes`.
    void set_unauthenticated_max(std::size_t bytes) noexcept { unauthenticated_max_ = bytes; }

    /// Closes connections without a request, and the others once it is answered.
    void drain();
    /// No connection uses HTTP any more.
    [[nodiscard]] bool idle() const noexcept;

private:
    friend class HttpSession;
    struct Sessions;

    void park(std::weak_ptr<HttpSession> session);
    void readmit_later();
    /// The session keeps so many bytes of requests that nobody vouches for.
    void count_unauthenticated(HttpSession& session, std::size_t bytes);
    /// Over the limit those that have waited longest are given up, but never the only one.
    void drop_excess();

    EventLoop& loop_;
    Streams& streams_;
    HttpOptions options_;
    TrustedProxies proxies_;
    HttpRoutes routes_;
    HttpUpgradeHandler upgrade_;
    std::function<bool()> may_admit_ = [] { return true; };
    ShardId self_{};
    Home home_ = [](std::string_view) { return std::nullopt; };
    Move move_;
    bool draining_ = false;
    std::size_t unauthenticated_bytes_ = 0;
    std::size_t unauthenticated_max_ = SIZE_MAX;
    const std::atomic<std::uint32_t>* sockets_ = nullptr;
    std::uint32_t sockets_max_ = 0;
    std::vector<std::weak_ptr<HttpSession>> parked_;
    Timer readmit_timer_;
    std::unique_ptr<Sessions> sessions_;
};

}  // namespace carillon
