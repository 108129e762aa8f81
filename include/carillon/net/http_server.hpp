#pragma once

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
/// `Expect: 100-continue`, time-outs and size limits (RFC 9110, 9112; parsed by Beast). Requests
/// for an upgrade to WebSocket leave through `upgrade`.
class HttpServer {
public:
    HttpServer(EventLoop& loop, Streams& streams, const HttpOptions& options, HttpRoutes routes,
               HttpUpgradeHandler upgrade);
    ~HttpServer();

    /// While `may_admit` says no, requests wait unread and unanswered: backpressure on publishers.
    void set_admission(std::function<bool()> may_admit) { may_admit_ = std::move(may_admit); }

    /// Some paths are served by a certain shard: `home` names it, `move` sends there what `accept`
    /// takes. Such requests do not ask for admission.
    using Home = std::function<std::optional<ShardId>(std::string_view path)>;
    using Move = std::function<void(ShardId to, MovedRequest request)>;
    void set_homes(ShardId self, Home home, Move move);
    void accept(MovedRequest request);

    /// `tls`: the listener's, if it demands TLS.
    void accept(int descriptor, const boost::asio::ip::address& peer,
                const TlsContext* tls = nullptr);

    /// Closes connections that are between requests, and the others once they are answered.
    void drain();
    /// No connection speaks HTTP any more.
    [[nodiscard]] bool idle() const noexcept;

private:
    friend class HttpSession;
    struct Sessions;

    void park(std::weak_ptr<HttpSession> session);
    void readmit_later();

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
    std::vector<std::weak_ptr<HttpSession>> parked_;
    Timer readmit_timer_;
    std::unique_ptr<Sessions> sessions_;
};

}  // namespace carillon
