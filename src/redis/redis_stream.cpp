#include "redis_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <tuple>

namespace carillon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto in_tuple = asio::as_tuple(asio::use_awaitable);
constexpr const char* closed = "closed";  // Nobody is there to read it.

bool is_ip_address(const std::string& host) {
    error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

RedisStream::RedisStream(EventLoop& loop, RedisDestination to)
    : loop_(loop), to_(std::move(to)), resolver_(loop.context()), socket_(loop.context()) {}

asio::awaitable<std::string> RedisStream::connect(Duration time) {
    const TimePoint deadline = loop_.now() + time;
    Addresses addresses;
    stage_ = "looking up the host";
    std::string problem = co_await find(addresses);
    loop_.refresh_time();
    if (closed_) co_return closed;
    stage_ = "connecting";
    if (problem.empty()) problem = co_await connect_to_any(addresses, deadline - loop_.now());
    if (closed_) co_return closed;
    stage_ = "the TLS handshake";
    if (problem.empty() && to_.tls) problem = co_await shake_hands();
    stage_ = "";
    co_return problem;
}

asio::awaitable<std::string> RedisStream::find(Addresses& addresses) {
    error_code is_name;
    const auto literal = asio::ip::make_address(to_.host, is_name);
    if (!is_name) {
        addresses.emplace_back(literal, to_.port);
        co_return "";
    }
    const auto [error, found] =
        co_await resolver_.async_resolve(to_.host, std::to_string(to_.port), in_tuple);
    if (error) co_return to_.host + " cannot be found: " + error.message();
    for (const auto& entry : found) addresses.push_back(entry.endpoint());
    co_return "";
}

asio::awaitable<std::string> RedisStream::connect_to_any(const Addresses& addresses,
                                                         Duration time) {
    const TimePoint deadline = loop_.now() + time;
    error_code error = asio::error::host_not_found;
    for (std::size_t i = 0; i < addresses.size() && !closed_; ++i) {
        const auto shares = static_cast<Duration::rep>(addresses.size() - i);
        error = co_await connect_to(addresses[i], (deadline - loop_.now()) / shares);
        loop_.refresh_time();
        if (!error) co_return "";
    }
    co_return "no connection: " + error.message();
}

asio::awaitable<error_code> RedisStream::connect_to(tcp::endpoint address, Duration time) {
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer timer(loop_.context(), time);
    const auto first =
        co_await (socket_.async_connect(address, in_tuple) || timer.async_wait(in_tuple));
    error_code error = asio::error::timed_out;
    if (first.index() == 0) error = std::get<0>(std::get<0>(first));
    error_code ignored;
    if (error || closed_) {
        socket_.close(ignored);
    } else {
        socket_.set_option(tcp::no_delay(true), ignored);
    }
    co_return error;
}

asio::awaitable<std::string> RedisStream::shake_hands() {
    secure_.emplace(socket_, *to_.tls);
    SSL* const ssl = secure_->native_handle();
    if (!expect_name()) co_return "TLS: the server's name cannot be checked";
    const auto [error] =
        co_await secure_->async_handshake(asio::ssl::stream_base::client, in_tuple);
    if (!error) co_return "";
    const long verdict = SSL_get_verify_result(ssl);
    if (error == asio::error::eof || error == asio::error::connection_reset ||
        error == asio::ssl::error::stream_truncated) {
        co_return "TLS: closed by the server in the handshake: it may not speak TLS on this port";
    }
    if (verdict == X509_V_OK) co_return "TLS: " + error.message();
    co_return std::string("TLS: the server's certificate: ") +
        X509_verify_cert_error_string(verdict);
}

/// Says whom we want to reach, and has the certificate checked for it. Source: RFC 6125.
bool RedisStream::expect_name() {
    SSL* const ssl = secure_->native_handle();
    const std::string& name = to_.tls_server_name.empty() ? to_.host : to_.tls_server_name;
    if (is_ip_address(name)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(ssl, name.c_str()) == 1 &&
           SSL_set1_host(ssl, name.c_str()) == 1;
}

void RedisStream::close() noexcept {
    closed_ = true;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
}

}  // namespace carillon
