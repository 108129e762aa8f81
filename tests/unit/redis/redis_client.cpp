#include "redis_client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <utility>

namespace carillon::test {
namespace {

constexpr std::chrono::seconds patience{60};

}  // namespace

bool HandTurnedLoop::run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    loop_.refresh_time();
    while (!condition()) {
        for (RedisClient* const client : clients_) {
            if (client->connection) client->connection->flush();
        }
        loop_.context().restart();
        loop_.context().run_one_until(deadline);
        if (std::chrono::steady_clock::now() >= deadline) return false;
    }
    return true;
}

std::string text_of(const RedisReply& reply) {
    return reply.is_integer() ? std::to_string(reply.integer()) : std::string(reply.text());
}

RedisClient::RedisClient(HandTurnedLoop& loop, const std::string& url, RedisClientOptions options)
    : loop_(loop) {
    const auto address = RedisAddress::parse(url);
    if (!address) throw std::invalid_argument(url);
    connection = std::make_unique<RedisConnection>(loop.get(), *address, std::move(options.tls),
                                                   std::move(options.tls_server_name),
                                                   options.timeout, options.kind, *this);
    loop.clients_.push_back(this);
}

RedisClient::~RedisClient() {
    std::erase(loop_.clients_, this);
}

bool RedisClient::open() {
    for (int attempts = 0; attempts < 20; ++attempts) {
        if (try_to_open().empty()) return true;
        losses.clear();
    }
    return false;
}

std::string RedisClient::try_to_open() {
    const std::size_t ready_before = run_ids.size();
    const std::size_t lost_before = losses.size();
    connection->open();
    const bool over = loop_.run_until(
        [&] { return run_ids.size() > ready_before || losses.size() > lost_before; });
    if (!over) return "nothing happens";
    return losses.size() > lost_before ? losses.back() : "";
}

void RedisClient::send(std::initializer_list<std::string_view> command,
                       RedisConnection::Answer answer) {
    connection->send({command.begin(), command.size()}, std::move(answer));
}

std::optional<std::string> RedisClient::ask(std::initializer_list<std::string_view> command) {
    const auto answer = std::make_shared<std::optional<std::string>>();
    loop_.get().refresh_time();
    send(command, [answer](const RedisReply& reply) { *answer = text_of(reply); });
    (void)loop_.run_until([&] { return answer->has_value() || !connection->is_ready(); });
    return *answer;
}

bool RedisClient::subscribe(std::initializer_list<std::string_view> command) {
    const std::size_t before = pushes.size();
    send(command);
    return loop_.run_until([&] { return pushes.size() > before; });
}

void RedisClient::on_ready(RedisConnection&, std::string_view run_id) {
    run_ids.emplace_back(run_id);
    at_ready();
}

void RedisClient::on_push(RedisConnection&, const RedisReply& reply) {
    std::vector<std::string>& push = pushes.emplace_back();
    for (std::size_t i = 0; i < reply.size(); ++i) push.push_back(text_of(reply[i]));
    at_push();
}

void RedisClient::on_lost(RedisConnection&, std::string_view why) {
    losses.emplace_back(why);
    at_lost();
}

}  // namespace carillon::test
