#include "wire.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "destination.hpp"

namespace carillon::bench {
namespace {

bool is_not_ready(int error) noexcept {
    return error == EAGAIN || error == EINTR || error == ENOTCONN;
}

bool wants_more(SSL* tls, int result) noexcept {
    const int error = SSL_get_error(tls, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

int clamp(std::size_t size) noexcept {
    return static_cast<int>(std::min(size, std::size_t{1} << 24U));
}

}  // namespace

Wire::~Wire() {
    close();
}

void Wire::FreeTls::operator()(SSL* tls) const noexcept {
    SSL_free(tls);
}

bool Wire::open(Destination& destination) {
    close();
    descriptor_ = destination.begin_connection();
    if (descriptor_ < 0) return false;
    tls_.reset(destination.new_tls(descriptor_));
    return true;
}

void Wire::close() noexcept {
    if (descriptor_ < 0) return;
    tls_.reset();
    ::close(descriptor_);
    descriptor_ = -1;
    outbound_.clear();
}

bool Wire::flush() {
    std::size_t sent = 0;
    while (sent < outbound_.size()) {
        const std::ptrdiff_t more = send_some(std::string_view{outbound_}.substr(sent));
        if (more < 0) return false;
        if (more == 0) break;
        sent += static_cast<std::size_t>(more);
    }
    outbound_.erase(0, sent);
    return true;
}

/// 0: not now; negative: broken.
std::ptrdiff_t Wire::send_some(std::string_view bytes) {
    if (tls_) {
        ERR_clear_error();
        const int sent = SSL_write(tls_.get(), bytes.data(), clamp(bytes.size()));
        if (sent > 0) return sent;
        return wants_more(tls_.get(), sent) ? 0 : -1;
    }
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return is_not_ready(errno) ? 0 : -1;
}

Wire::Received Wire::read(std::span<char> into, std::size_t& size, bool& drained) {
    drained = false;
    if (tls_) {
        ERR_clear_error();
        const int got = SSL_read(tls_.get(), into.data(), clamp(into.size()));
        if (got <= 0) return wants_more(tls_.get(), got) ? Received::nothing : Received::ended;
        size = static_cast<std::size_t>(got);
        return Received::some;
    }
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got < 0) return is_not_ready(errno) ? Received::nothing : Received::ended;
    if (got == 0) return Received::ended;
    size = static_cast<std::size_t>(got);
    drained = size < into.size();
    return Received::some;
}

}  // namespace carillon::bench
