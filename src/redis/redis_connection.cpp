#include "carillon/redis/redis_connection.hpp"

#include <cassert>
#include <utility>

#include "redis_link.hpp"

namespace carillon {

RedisConnection::RedisConnection(EventLoop& loop, const RedisAddress& address,
                                 std::shared_ptr<boost::asio::ssl::context> tls,
                                 std::string tls_server_name, Duration timeout, Kind kind,
                                 RedisConnectionObserver& observer)
    : loop_(loop),
      address_(address),
      tls_(std::move(tls)),
      tls_server_name_(std::move(tls_server_name)),
      timeout_(timeout),
      kind_(kind),
      observer_(observer) {
    assert(address_.tls == (tls_ != nullptr));
}

RedisConnection::~RedisConnection() {
    close();
}

void RedisConnection::set_target(const RedisAddress& address,
                                 std::shared_ptr<boost::asio::ssl::context> tls,
                                 std::string tls_server_name) {
    assert(address.tls == (tls != nullptr));
    address_ = address;
    tls_ = std::move(tls);
    tls_server_name_ = std::move(tls_server_name);
}

void RedisConnection::open() {
    close();
    link_ = std::make_shared<Link>(*this);
    link_->start();
}

void RedisConnection::close() {
    if (const auto link = std::exchange(link_, nullptr)) link->abandon();
}

void RedisConnection::send(std::span<const std::string_view> arguments, Answer answer) {
    assert(is_ready());
    assert(kind_ == Kind::commands || !answer);
    if (is_ready()) link_->send(arguments, std::move(answer));
}

void RedisConnection::flush() {
    if (is_ready()) link_->flush();
}

bool RedisConnection::is_ready() const noexcept {
    return link_ && link_->is_ready();
}

std::size_t RedisConnection::in_flight() const noexcept {
    return link_ ? link_->in_flight() : 0;
}

std::optional<TimePoint> RedisConnection::waits_since() const noexcept {
    return link_ ? link_->waits_since() : std::nullopt;
}

std::size_t RedisConnection::bytes_waiting() const noexcept {
    return link_ ? link_->bytes_waiting() : 0;
}

}  // namespace carillon
