#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// The destination of a stream, and the name that its certificate must have.
struct RedisDestination {
    std::string host;
    std::uint16_t port;
    std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: plain TCP
    std::string tls_server_name;                     ///< "": the host
};

/// Bytes to and from a Redis server, over TCP or TLS. Used once. Must outlive all operations begun
/// on it. One loop.
class RedisStream {
public:
    RedisStream(EventLoop& loop, RedisDestination to);

    /// Returns "", or why there is no connection. Each of the host's addresses gets its share of
    /// `time`; the caller limits the whole with `close`. A lookup that hangs cannot be ended: then
    /// this returns late.
    [[nodiscard]] boost::asio::awaitable<std::string> connect(Duration time);

    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer into, Handler handler) {
        if (secure_) return secure_->async_read_some(into, std::move(handler));
        socket_.async_read_some(into, std::move(handler));
    }

    /// All of `bytes`.
    template <class Handler>
    void async_write(boost::asio::const_buffer bytes, Handler handler) {
        if (secure_) return boost::asio::async_write(*secure_, bytes, std::move(handler));
        boost::asio::async_write(socket_, bytes, std::move(handler));
    }

    /// What `connect` is doing, for a message; "" if it has ended.
    [[nodiscard]] const char* stage() const noexcept { return stage_; }

    /// At once. Operations under way complete with an error.
    void close() noexcept;

private:
    using Tcp = boost::asio::ip::tcp;
    using Secure = boost::asio::ssl::stream<Tcp::socket&>;
    using Addresses = std::vector<Tcp::endpoint>;

    boost::asio::awaitable<std::string> find(Addresses& addresses);
    boost::asio::awaitable<std::string> connect_to_any(const Addresses& addresses, Duration time);
    boost::asio::awaitable<boost::system::error_code> connect_to(Tcp::endpoint address,
                                                                 Duration time);
    boost::asio::awaitable<std::string> shake_hands();
    [[nodiscard]] bool expect_name();

    EventLoop& loop_;
    RedisDestination to_;
    Tcp::resolver resolver_;
    Tcp::socket socket_;
    std::optional<Secure> secure_;
    const char* stage_ = "";
    bool closed_ = false;
};

}  // namespace carillon
