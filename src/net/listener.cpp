#include "carillon/net/listener.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "carillon/base/url.hpp"
#include "carillon/net/socket_options.hpp"

namespace carillon {
namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4096;

void bind(tcp::acceptor& acceptor, const Endpoint& endpoint, bool shared) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (shared) acceptor.set_option(ReusePort(true));
    if (endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(true));
    acceptor.bind(endpoint);
}

}  // namespace

std::string to_text(const Endpoint& endpoint) {
    return host_and_port(endpoint.address().to_string(), endpoint.port());
}

boost::system::error_code probe_endpoint(const Endpoint& endpoint) {
    boost::asio::io_context context;
    tcp::acceptor acceptor(context);
    try {
        bind(acceptor, endpoint, false);
    } catch (const boost::system::system_error& failure) {
        return failure.code();
    }
    boost::system::error_code error;
    acceptor.listen(1, error);  // On Linux only this fails if another socket listens already.
    return error;
}

Listener::Listener(EventLoop& loop, const Endpoint& endpoint, Accepted accepted,
                   std::function<bool()> make_room)
    : loop_(loop),
      acceptor_(loop.context()),
      retry_(loop),
      accepted_(std::move(accepted)),
      make_room_(std::move(make_room)) {
    bind(acceptor_, endpoint, true);
    apply_connection_options(acceptor_.native_handle());
    acceptor_.listen(backlog);
    acceptor_.non_blocking(true);
}

void Listener::stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
}

void Listener::await_connection() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](boost::system::error_code error) {
        if (error) return;
        loop_.refresh_time();
        accept_ready();
    });
}

void Listener::accept_ready() {
    // The turn's time is the bound, not a number: the cost of an accept depends on the machine.
    do {
        Endpoint peer;
        socklen_t length = static_cast<socklen_t>(peer.capacity());
        const int descriptor = ::accept4(acceptor_.native_handle(), peer.data(), &length,
                                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                const int error = errno;
                if (make_room_ && make_room_()) continue;
                return pause(error);
            }
            break;  // No connection is waiting, or it was closed already.
        }
        out_of_descriptors_ = false;
        peer.resize(length);
        accepted_(descriptor, peer);
    } while (!loop_.turn_expired());
    await_connection();
}

void Listener::pause(int cause) {
    if (!std::exchange(out_of_descriptors_, true)) {
        spdlog::warn("cannot accept connections on {}: {}", to_text(endpoint()),
                     std::generic_category().message(cause));
    }
    retry_.start(std::chrono::milliseconds(100), [this] { await_connection(); });
}

}  // namespace carillon
