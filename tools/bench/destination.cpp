#include "destination.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "carillon/base/url.hpp"

namespace carillon::bench {

Destination::Destination(const BenchTarget& target, std::uint32_t source_addresses)
    : host_(target.host), source_addresses_(source_addresses) {
    host_field_ = host_and_port(host_, target.port);
    resolve(target);
    if (target.tls) prepare_tls(target);
}

Destination::~Destination() = default;

void Destination::FreeContext::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}

void Destination::resolve(const BenchTarget& target) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(target.port);
    if (const int error = ::getaddrinfo(host_.c_str(), port.c_str(), &hints, &found); error != 0) {
        throw std::runtime_error(fmt::format("cannot resolve {}: {}", host_, gai_strerror(error)));
    }
    std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
    address_size_ = found->ai_addrlen;
    ::freeaddrinfo(found);
    if (address_.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address_);
        is_loopback_ = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
}

void Destination::prepare_tls(const BenchTarget& target) {
    tls_.reset(SSL_CTX_new(TLS_client_method()));
    if (!tls_) throw std::runtime_error("no memory for TLS");
    SSL_CTX_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                     SSL_MODE_RELEASE_BUFFERS);
    if (target.insecure) return;
    SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
    const int loaded = target.ca_file.empty()
                           ? SSL_CTX_set_default_verify_paths(tls_.get())
                           : SSL_CTX_load_verify_file(tls_.get(), target.ca_file.c_str());
    if (loaded != 1) throw std::runtime_error("cannot read the CA file " + target.ca_file);
}

int Destination::begin_connection() {
    const int descriptor =
        ::socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (is_loopback_) bind_source(descriptor);
    const auto* const address = reinterpret_cast<const sockaddr*>(&address_);
    if (::connect(descriptor, address, address_size_) == 0 || errno == EINPROGRESS) {
        return descriptor;
    }
    ::close(descriptor);
    return -1;
}

SSL* Destination::new_tls(int descriptor) const {
    if (!tls_) return nullptr;
    SSL* const tls = SSL_new(tls_.get());
    if (tls == nullptr) throw std::runtime_error("no memory for TLS");
    SSL_set_fd(tls, descriptor);
    in6_addr literal{};
    const bool is_address = ::inet_pton(AF_INET, host_.c_str(), &literal) == 1 ||
                            ::inet_pton(AF_INET6, host_.c_str(), &literal) == 1;
    if (is_address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host_.c_str());
    } else {
        SSL_set_tlsext_host_name(tls, host_.c_str());
        SSL_set1_host(tls, host_.c_str());
    }
    SSL_set_connect_state(tls);
    return tls;
}

void Destination::bind_source(int descriptor) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + next_source_++ % source_addresses_);
    // The port is chosen at the connect, which knows the target: it may be in use towards another.
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    static_cast<void>(
        ::bind(descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof source));
}

}  // namespace carillon::bench
