#include "redis_link.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <new>
#include <utility>

namespace carillon {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kept_bytes_max = std::size_t{1} << 20U;  // Of an empty buffer.
constexpr std::string_view ping_text =
    "carillon:alive";  // Distinguishes our PINGs from the observer's.

std::string milliseconds_text(Duration time) {
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(time).count()) + " ms";
}

/// An error about an unknown command repeats its arguments: those of AUTH are secret.
std::string_view without_secret(std::string_view error, std::string_view secret) {
    error = error.substr(0, error.find(", with args"));
    const bool repeats = !secret.empty() && error.find(secret) != std::string_view::npos;
    return repeats ? "refused" : error;
}

std::string_view line_of(std::string_view text, std::string_view key) {
    const auto found = text.find(key);
    if (found == std::string_view::npos) return {};
    text.remove_prefix(found + key.size());
    return text.substr(0, text.find_first_of("\r\n"));
}

/// What follows the reason if the connection was lost before the first commands were answered.
constexpr const char* before_ready = ", before it answered: it may expect TLS or refuse this node";

std::string lost_because(const error_code& error) {
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
        return "closed by the server";
    }
    return error.message();
}

}  // namespace

RedisConnection::Link::Link(RedisConnection& connection)
    : connection_(&connection),
      loop_(connection.loop_),
      timeout_(connection.timeout_),
      kind_(connection.kind_),
      stream_(loop_, {connection.address_.host, connection.address_.port, connection.tls_,
                      connection.tls_server_name_}),
      timer_(loop_.context()) {}

void RedisConnection::Link::start() {
    loop_.refresh_time();
    wake_at(loop_.now() + timeout_);
    // `abandon` ends it; it reports errors by itself.
    asio::co_spawn(loop_.context(), connect(shared_from_this()), asio::detached);
}

void RedisConnection::Link::abandon() {
    connection_ = nullptr;
    ready_ = false;
    timer_.cancel();
    stream_.close();
    waiting_.clear();
}

void RedisConnection::Link::fail(std::string_view why) {
    if (is_abandoned()) return;
    RedisConnection& connection = *connection_;
    const auto self = std::exchange(connection.link_, nullptr);
    abandon();
    connection.observer_.on_lost(connection, why);
}

asio::awaitable<void> RedisConnection::Link::connect(std::shared_ptr<Link> self) {
    const std::string problem = co_await self->stream_.connect(self->timeout_);
    self->loop_.refresh_time();
    if (self->is_abandoned()) co_return;
    if (!problem.empty()) co_return self->fail(problem);
    self->introduce();
    self->read();
}

/// All at once: the first failure ends it. A server that is still loading its data answers PING
/// with an error.
void RedisConnection::Link::introduce() {
    const RedisAddress& address = connection_->address_;
    if (!address.user.empty()) {
        ask({"AUTH", address.user, address.password});
    } else if (!address.password.empty()) {
        ask({"AUTH", address.password});
    }
    if (address.database != 0) ask({"SELECT", std::to_string(address.database)});
    ask({"PING"});
    constexpr std::array<std::string_view, 2> info{"INFO", "server"};
    send(info, [this](const RedisReply& reply) { on_server_info(reply); });
    flush();
}

void RedisConnection::Link::ask(std::initializer_list<std::string_view> command) {
    send({command.begin(), command.size()},
         [this, name = std::string(*command.begin())](const RedisReply& reply) {
             if (!reply.is_error()) return;
             const auto why = without_secret(reply.text(), connection_->address_.password);
             fail(name + ": " + std::string(why));
         });
}

void RedisConnection::Link::on_server_info(const RedisReply& info) {
    if (info.is_error()) return fail("INFO: " + std::string(info.text()));
    const std::string_view run_id = line_of(info.text(), "run_id:");
    if (run_id.empty()) return fail("INFO: the server has no run_id");
    ready_ = true;
    watch();
    connection_->observer_.on_ready(*connection_, run_id);
}

void RedisConnection::Link::send(std::span<const std::string_view> arguments, Answer answer) {
    append(arguments);
    if (ready_ && kind_ == Kind::subscriptions) return;
    waiting_.push_back({std::move(answer), loop_.now()});
}

void RedisConnection::Link::append(std::span<const std::string_view> arguments) {
    argument_texts_.clear();
    argument_sizes_.clear();
    for (const std::string_view argument : arguments) {
        argument_texts_.push_back(argument.data());
        argument_sizes_.push_back(argument.size());
    }
    char* command = nullptr;
    const int size = redisFormatCommandArgv(&command, static_cast<int>(arguments.size()),
                                            argument_texts_.data(), argument_sizes_.data());
    if (size < 0) throw std::bad_alloc();
    gathered_.append(command, static_cast<std::size_t>(size));
    redisFreeCommand(command);
}

void RedisConnection::Link::flush() {
    if (!writing_.empty() || gathered_.empty()) return;
    writing_.swap(gathered_);
    stream_.async_write(asio::buffer(writing_),
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (self->is_abandoned()) return;
                            self->loop_.refresh_time();
                            self->on_written(error);
                        });
}

void RedisConnection::Link::on_written(const error_code& error) {
    if (error) return fail(lost_because(error));
    writing_.clear();
    if (writing_.capacity() > kept_bytes_max) writing_.shrink_to_fit();
    flush();
}

void RedisConnection::Link::read() {
    stream_.async_read_some(
        asio::buffer(in_), [self = shared_from_this()](const error_code& error, std::size_t count) {
            if (self->is_abandoned()) return;
            self->loop_.refresh_time();
            self->on_read(error, count);
        });
}

void RedisConnection::Link::on_read(const error_code& error, std::size_t count) {
    if (error) return fail(lost_because(error) + (ready_ ? "" : before_ready));
    last_received_ = loop_.now();
    ping_sent_.reset();
    parser_.feed({in_.data(), count});
    while (const auto reply = parser_.next()) {
        dispatch(RedisReply{reply.get()});
        if (is_abandoned()) return;
    }
    if (!parser_.problem().empty()) return fail(parser_.problem());
    read();
}

void RedisConnection::Link::dispatch(const RedisReply& reply) {
    if (!waiting_.empty()) return answer_oldest(reply);
    if (kind_ == Kind::subscriptions) return push(reply);
    fail("an answer without a command");
}

void RedisConnection::Link::answer_oldest(const RedisReply& reply) {
    const Waiting oldest = std::move(waiting_.front());
    waiting_.pop_front();
    if (!oldest.answer) return;
    if (ready_ && connection_->round_trips_ != nullptr) {
        connection_->round_trips_->add(loop_.now() - oldest.since);
    }
    oldest.answer(reply);
}

/// With a subscription the answer to a PING is an array, without one a string.
void RedisConnection::Link::push(const RedisReply& reply) {
    if (reply.is_error()) return fail(reply.text());
    const bool pong =
        reply.size() == 2 && reply[0].text() == "pong" && reply[1].text() == ping_text;
    if (pong || reply.text() == ping_text) return;
    connection_->observer_.on_push(*connection_, reply);
}

void RedisConnection::Link::wake_at(TimePoint when) {
    timer_.expires_at(when);
    timer_.async_wait([self = shared_from_this(), when](const error_code& error) {
        if (error || self->is_abandoned()) return;
        self->loop_.refresh_time();
        self->check(when);
    });
}

/// Checks again when the oldest answer is late or a PING is due.
void RedisConnection::Link::watch() {
    const TimePoint half = loop_.now() + timeout_ / 2;
    const auto since = unanswered_since();
    wake_at(since ? std::min(*since + timeout_, half) : last_received_ + timeout_ / 2);
}

void RedisConnection::Link::check(TimePoint due) {
    if (!ready_) {
        const std::string_view stage = stream_.stage();
        std::string why = "not connected within " + milliseconds_text(timeout_) + ": ";
        if (stage.empty()) return fail(why + "the server does not answer");
        return fail(why.append(stage) + " has not ended");
    }
    const TimePoint now = loop_.now();
    // This loop was late itself: what has arrived in the meantime is read first.
    if (now - due > timeout_ / 4) return wake_at(now + timeout_ / 4);
    const auto since = unanswered_since();
    if (since && now - *since >= timeout_)
        return fail("no answer for " + milliseconds_text(timeout_));
    if (!since && now - last_received_ >= timeout_ / 2) ping();
    watch();
}

void RedisConnection::Link::ping() {
    constexpr std::array<std::string_view, 2> command{"PING", ping_text};
    send(command, nullptr);
    if (kind_ == Kind::subscriptions) ping_sent_ = loop_.now();
    flush();
}

std::optional<TimePoint> RedisConnection::Link::unanswered_since() const noexcept {
    if (waiting_.empty()) return ping_sent_;
    // A server that answers earlier commands is only slow; to reconnect would make it slower.
    return std::max(waiting_.front().since, last_received_);
}

}  // namespace carillon
