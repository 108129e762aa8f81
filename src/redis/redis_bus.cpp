#include "carillon/redis/redis_bus.hpp"

#include <utility>

#include "carillon/cluster/script_contract.hpp"
#include "redis_reply.hpp"
#include "redis_value.hpp"

namespace carillon {

// Up to Redis 6.2 the error that a script met is part of another, after a hyphen.

bool RedisBus::is_memory_full(std::string_view error) noexcept {
    return error.starts_with("OOM") || error.find("-OOM ") != error.npos;
}

bool RedisBus::is_of_script(std::string_view error) {
    // Every error that a script raises or meets names the place; from Redis 7 on at the end.
    const bool names_script =
        error.find("user_script") != error.npos || error.starts_with("ERR Error running script");
    if (!names_script && !error.starts_with("WRONGTYPE")) return false;
    for (const std::string_view of_server : {"READONLY ", "LOADING ", "MASTERDOWN ", "MISCONF ",
                                             "NOREPLICAS ", "NOPERM ", "CLUSTERDOWN "}) {
        if (error.starts_with(of_server) ||
            error.find('-' + std::string(of_server)) != error.npos) {
            return false;
        }
    }
    return true;
}

RedisBus::RedisBus(EventLoop& loop, const Target& target, LatencyHistogram& round_trips,
                   std::function<std::uint64_t()> random)
    : loop_(loop),
      random_(std::move(random)),
      commands_(loop, target.address, target.tls, target.server_name, target.timeout,
                RedisConnection::Kind::commands, *this),
      subscriptions_(loop, target.address, target.tls, target.server_name, target.timeout,
                     RedisConnection::Kind::subscriptions, *this),
      retry_(loop) {
    commands_.measure(round_trips);
}

void RedisBus::set_target(const Target& target) {
    for (RedisConnection* const connection : {&commands_, &subscriptions_}) {
        connection->set_target(target.address, target.tls, target.server_name);
    }
}

void RedisBus::connect() {
    closed_ = false;
    open_connections();
}

void RedisBus::open_connections() {
    scripts_loaded_ = 0;
    commands_server_.clear();
    subscriptions_server_.clear();
    commands_.open();
    subscriptions_.open();
}

void RedisBus::close() {
    closed_ = true;
    up_ = false;
    retry_.cancel();
    commands_.close();
    subscriptions_.close();
}

void RedisBus::on_ready(RedisConnection& connection, std::string_view run_id) {
    if (&connection == &commands_) {
        commands_server_ = run_id;
        load_scripts();
    } else {
        subscriptions_server_ = run_id;
        come_up();
    }
}

void RedisBus::load_scripts() {
    for (std::size_t i = 0; i < script_count; ++i) {
        const std::string text = script_text(static_cast<Script>(i));
        const std::array<std::string_view, 3> command = {"SCRIPT", "LOAD", text};
        commands_.send(command, [this, i](const RedisReply& reply) {
            if (reply.is_error()) return fail(reply.text());
            digests_[i] = reply.text();
            if (++scripts_loaded_ == script_count) come_up();
        });
    }
    commands_.flush();
}

void RedisBus::come_up() {
    if (subscriptions_server_.empty() || scripts_loaded_ < script_count) return;
    if (commands_server_ != subscriptions_server_)
        return fail("the two connections reached different servers");
    up_ = true;
    answered_ = up_since_ = loop_.now();
    observer().on_up(commands_server_);
}

void RedisBus::on_lost(RedisConnection&, std::string_view why) {
    fail(why);
}

void RedisBus::fail(std::string_view why) {
    const std::string reason(why);  // `why` may view a reply of a connection that is closed now.
    if (up_) reconnect_delay_.lost_after(loop_.now() - up_since_);
    close();
    closed_ = false;
    open_later();
    observer().on_down(reason);
}

void RedisBus::open_later() {
    retry_.start(reconnect_delay_.next(random_()), [this] {
        if (!closed_) open_connections();
    });
}

void RedisBus::call(Script script, std::string_view prefix, const ScriptArguments& arguments,
                    RawAnswer answer) {
    std::vector<std::string_view> command = {"EVALSHA", digests_[static_cast<std::size_t>(script)],
                                             "1", prefix};
    command.insert(command.end(), arguments.views().begin(), arguments.views().end());
    commands_.send(command, [this, answer = std::move(answer)](const RedisReply& reply) {
        answered_ = loop_.now();
        if (!reply.is_error()) return answer({.value = script_value_of(reply)});
        const std::string_view error = reply.text();
        if (is_memory_full(error)) {
            return answer({.failure = ScriptFailure::out_of_memory, .error = error});
        }
        if (!is_of_script(error)) return fail(error);
        answer({.failure = ScriptFailure::error, .error = error});
    });
}

void RedisBus::ask_memory_policy(std::function<void(std::string_view)> done) {
    const std::array<std::string_view, 2> command = {"INFO", "memory"};
    commands_.send(command, [done = std::move(done)](const RedisReply& reply) {
        constexpr std::string_view field = "maxmemory_policy:";
        const std::string_view info = reply.text();
        const std::size_t at = info.find(field);
        if (at == info.npos) return;
        const std::string_view rest = info.substr(at + field.size());
        done(rest.substr(0, rest.find_first_of("\r\n")));
    });
}

void RedisBus::publish(std::string_view subject, std::string_view message) {
    const std::array<std::string_view, 3> command = {"PUBLISH", subject, message};
    commands_.send(command, [](const RedisReply&) {});
}

void RedisBus::subscribe(std::string_view subject) {
    const std::array<std::string_view, 2> command = {"SUBSCRIBE", subject};
    subscriptions_.send(command, nullptr);
}

void RedisBus::unsubscribe(std::string_view subject) {
    const std::array<std::string_view, 2> command = {"UNSUBSCRIBE", subject};
    subscriptions_.send(command, nullptr);
}

void RedisBus::flush() {
    if (commands_.is_ready()) commands_.flush();
    if (subscriptions_.is_ready()) subscriptions_.flush();
}

void RedisBus::on_push(RedisConnection&, const RedisReply& reply) {
    if (!up_ || reply.size() < 3) return;
    const std::string_view what = reply[0].text();
    if (what == "message") {
        observer().on_message(reply[1].text(), reply[2].text());
    } else if (what == "subscribe") {
        observer().on_subscribed(reply[1].text());
    }
}

}  // namespace carillon
