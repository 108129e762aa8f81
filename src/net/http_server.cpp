#include "carillon/net/http_server.hpp"

#include "carillon/net/streams.hpp"
#include "http_session.hpp"

namespace carillon {

struct HttpServer::Sessions {
    HookedList<HttpSession, HttpSessions> all;
    HookedList<HttpSession, HttpStrangers> strangers;                  ///< longest first
    HookedList<HttpSession, UnauthenticatedSessions> unauthenticated;  ///< longest first
};

HttpServer::HttpServer(EventLoop& loop, Streams& streams, const HttpOptions& options,
                       HttpRoutes routes, HttpUpgradeHandler upgrade)
    : loop_(loop),
      streams_(streams),
      options_(options),
      proxies_(options.trusted_proxies),
      routes_(std::move(routes)),
      upgrade_(std::move(upgrade)),
      readmit_timer_(loop),
      sessions_(std::make_unique<Sessions>()) {}

HttpServer::~HttpServer() {
    for (HttpSession& session : sessions_->unauthenticated) session.unauthenticated_bytes_ = 0;
    sessions_->unauthenticated.clear();
    sessions_->strangers.clear();
    sessions_->all.clear();
}

void HttpServer::accept(int descriptor, const boost::asio::ip::address& peer,
                        const TlsContext* tls) {
    TcpStream& stream = streams_.adopt(descriptor, peer, tls);
    const auto session = std::make_shared<HttpSession>(*this, stream);
    sessions_->all.push_back(*session);
    sessions_->strangers.push_back(*session);
    stream.set_handler(session);
    if (sockets_ == nullptr || sockets_->load(std::memory_order_relaxed) <= sockets_max_) return;
    make_room(session.get());
}

void HttpServer::set_socket_limit(const std::atomic<std::uint32_t>& sockets,
                                  std::uint32_t max) noexcept {
    sockets_ = &sockets;
    sockets_max_ = max;
}

bool HttpServer::make_room(const HttpSession* newcomer) {
    const auto drop_one_of = [&](auto& sessions) {
        int looks = 16;  // Others are being served, or will be soon.
        for (HttpSession& session : sessions) {
            if (&session == newcomer || !session.is_waiting()) {
                if (--looks == 0) return false;
                continue;
            }
            ++streams_.metrics().idle_sockets_closed;
            session.drop();
            return true;
        }
        return false;
    };
    return drop_one_of(sessions_->strangers) || drop_one_of(sessions_->all);
}

void HttpServer::set_homes(ShardId self, Home home, Move move) {
    self_ = self;
    home_ = std::move(home);
    move_ = std::move(move);
}

void HttpServer::accept(MovedRequest request) {
    TcpStream& stream = streams_.adopt(std::move(request.stream));
    const auto session = std::make_shared<HttpSession>(*this, stream);
    sessions_->all.push_back(*session);
    stream.set_handler(session);
    session->resume_moved(std::move(request));
}

void HttpServer::drain() {
    draining_ = true;
    for (auto at = sessions_->all.begin(); at != sessions_->all.end();) (at++)->drain();
}

bool HttpServer::idle() const noexcept {
    return sessions_->all.empty();
}

void HttpServer::count_unauthenticated(HttpSession& session, std::size_t bytes) {
    auto& hook = static_cast<ListHook<UnauthenticatedSessions>&>(session);
    unauthenticated_bytes_ += bytes - session.unauthenticated_bytes_;
    session.unauthenticated_bytes_ = bytes;
    if (bytes == 0 && hook.is_linked()) hook.unlink();
    if (bytes > 0 && !hook.is_linked()) sessions_->unauthenticated.push_back(session);
}

void HttpServer::drop_excess() {
    auto& waiting = sessions_->unauthenticated;
    while (unauthenticated_bytes_ > unauthenticated_max_ && !waiting.empty() &&
           &waiting.front() != &waiting.back()) {
        ++streams_.metrics().unauthenticated_requests_dropped;
        waiting.front().give_up();
    }
}

void HttpServer::park(std::weak_ptr<HttpSession> session) {
    if (parked_.empty()) readmit_later();
    parked_.push_back(std::move(session));
}

void HttpServer::readmit_later() {
    readmit_timer_.start(std::chrono::milliseconds(5), [this] {
        std::vector<std::weak_ptr<HttpSession>> waiting;
        waiting.swap(parked_);
        for (const auto& weak : waiting) {
            const auto session = weak.lock();
            if (!session) continue;
            if (may_admit_()) {
                session->readmit();
            } else {
                parked_.push_back(weak);
            }
        }
        if (!parked_.empty()) readmit_later();
    });
}

}  // namespace carillon
