#include "wrong_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "carillon/websocket/decoder.hpp"
#include "carillon/websocket/encoder.hpp"
#include "carillon/websocket/handshake.hpp"

namespace carillon::bench::test {
namespace {

bool hits(std::uint64_t count, unsigned every) {
    return every > 0 && count % every == 0;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before);
    if (begin == text.npos) return {};
    text.remove_prefix(begin + before.size());
    return text.substr(0, text.find(after));
}

std::string frame_of(std::string_view text) {
    return std::string{encode_ws(WsOpcode::text, text).bytes()};
}

}  // namespace

struct WrongServer::Peer {
    explicit Peer(int accepted) : socket(accepted) {}
    ~Peer() { ::close(socket); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    int socket;
    bool upgraded = false;
    bool subscribed = false;
    bool ending = false;
    std::string request;
    WsDecoder decoder;
    std::uint64_t deliveries = 0;
    std::string held_back;
};

WrongServer::WrongServer(const Faults& faults)
    : faults_(faults), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, generic, &size) != 0 || ::pipe(stop_) != 0) {
        throw std::runtime_error("the wrong server cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

WrongServer::~WrongServer() {
    static_cast<void>(finish());
    peers_.clear();
    for (const int descriptor : {listener_, stop_[0], stop_[1]}) ::close(descriptor);
}

Wrongs WrongServer::finish() {
    if (thread_.joinable()) {
        if (::write(stop_[1], "", 1) != 1) std::abort();
        thread_.join();
    }
    return wrongs_;
}

void WrongServer::run() {
    for (;;) {
        std::vector<pollfd> waited{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& peer : peers_) waited.push_back({peer->socket, POLLIN, 0});
        ::poll(waited.data(), waited.size(), -1);
        if (waited[0].revents != 0) return;
        for (std::size_t i = 0; i < peers_.size(); ++i) {
            if (waited[i + 2].revents != 0 && !serve(*peers_[i])) peers_[i]->ending = true;
        }
        std::erase_if(peers_, [](const auto& peer) { return peer->ending; });
        if (waited[1].revents != 0) accept_one();
    }
}

void WrongServer::accept_one() {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_.push_back(std::make_unique<Peer>(socket));
}

bool WrongServer::serve(Peer& peer) {
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(peer.socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    if (faults_.silent) return true;
    const std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
    if (peer.upgraded) return serve_frames(peer, std::string{bytes});
    peer.request.append(bytes);
    return serve_http(peer);
}

bool WrongServer::serve_http(Peer& peer) {
    const std::size_t end = peer.request.find("\r\n\r\n");
    if (end == peer.request.npos) return true;
    const std::string_view head = std::string_view{peer.request}.substr(0, end + 2);
    if (head.starts_with("GET /app/")) {
        peer.upgraded = true;
        peer.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
            ws_accept_key(between(head, "Sec-WebSocket-Key: ", "\r\n")) + "\r\n\r\n");
        peer.send(frame_of(R"({"event":"pusher:connection_established","data":)"
                           R"("{\"socket_id\":\"1.2\",\"activity_timeout\":120}"})"));
        return true;
    }
    const std::size_t length =
        std::stoul(std::string{between(head, "Content-Length: ", "\r\n")}) + end + 4;
    if (peer.request.size() < length) return true;
    const std::string body = peer.request.substr(end + 4);
    peer.request.clear();
    return serve_trigger(peer, body);
}

bool WrongServer::serve_frames(Peer& peer, std::string bytes) {
    std::span<char> input{bytes};
    WsEvent event{};
    while (peer.decoder.next(input, 1 << 20, event) == WsDecoder::Progress::event) {
        if (event.kind != WsEvent::Kind::text) return false;
        if (event.payload.find("pusher:subscribe") == event.payload.npos) continue;
        peer.subscribed = true;
        peer.send(frame_of(
            R"({"event":"pusher_internal:subscription_succeeded","data":"{}","channel":")" +
            std::string{between(event.payload, R"("channel":")", "\"")} + "\"}"));
    }
    return true;
}

bool WrongServer::serve_trigger(Peer& peer, std::string_view body) {
    const std::uint64_t request = ++requests_;
    if (hits(request, faults_.refuse_every)) {
        ++wrongs_.refused;
        peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        return true;
    }
    publish(body);
    if (hits(request, faults_.ignore_every)) {
        ++wrongs_.ignored;
        return false;
    }
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    return true;
}

void WrongServer::publish(std::string_view event) {
    const std::string frame =
        frame_of(R"({"event":"bench","data":")" + std::string{between(event, R"("data":")", "\"")} +
                 R"(","channel":")" + std::string{between(event, R"("channel":")", "\"")} + "\"}");
    bool first = true;
    for (const auto& peer : peers_) {
        if (!peer->subscribed || peer->ending) continue;
        deliver(*peer, frame);
        if (first && faults_.close_after == peer->deliveries) peer->ending = true;
        first = false;
    }
}

void WrongServer::deliver(Peer& peer, const std::string& frame) {
    const std::uint64_t delivery = ++peer.deliveries;
    if (hits(delivery, faults_.drop_every)) {
        ++wrongs_.dropped;
        return;
    }
    ++wrongs_.delivered;
    const bool doubled = hits(delivery, faults_.double_every);
    if (!doubled && hits(delivery, faults_.swap_every)) {
        peer.held_back += frame;
        ++wrongs_.swapped;
        return;
    }
    wrongs_.doubled += doubled;
    peer.send(doubled ? frame + frame : frame);
    if (!peer.held_back.empty()) peer.send(std::exchange(peer.held_back, {}));
}

}  // namespace carillon::bench::test
