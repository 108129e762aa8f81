#include "real_script_server.hpp"

#include <stdexcept>

namespace carillon::test {
namespace {

Reply reply_of(const RedisReply& from) {
    Reply reply{text_of(from)};
    reply.is_nil = from.is_nil();
    reply.is_error = from.is_error();
    if (from.is_nil() || from.is_array()) reply.text.clear();
    for (std::size_t i = 0; i < from.size(); ++i) reply.items.push_back(reply_of(from[i]));
    return reply;
}

std::vector<std::string> messages_in(const RedisClient& listener) {
    std::vector<std::string> messages;
    for (const auto& push : listener.pushes) {
        if (push.at(0) == "message") messages.push_back(push.at(2));
    }
    return messages;
}

}  // namespace

std::unique_ptr<ScriptServer> ScriptServer::make() {
    return std::make_unique<RealScriptServer>();
}

RealScriptServer::RealScriptServer() {
    if (!client_.open()) throw std::runtime_error("no connection");
}

Reply RealScriptServer::command(const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    std::optional<Reply> reply;
    loop.get().refresh_time();
    client_.connection->send(views, [&](const RedisReply& from) { reply = reply_of(from); });
    if (!loop.run_until([&] { return reply.has_value(); })) throw std::runtime_error("no answer");
    return *reply;
}

void RealScriptServer::pass(std::uint64_t ms) {
    const std::uint64_t until = now_ms() + ms + 1;
    while (now_ms() < until) {
    }
}

void RealScriptServer::subscribe(const std::string& channel) {
    if (!listener_) {
        listener_.emplace(loop, server.url(),
                          RedisClientOptions{.kind = RedisConnection::Kind::subscriptions});
        if (!listener_->open()) throw std::runtime_error("no connection");
    }
    if (!listener_->subscribe({"SUBSCRIBE", channel})) throw std::runtime_error("no answer");
}

std::vector<std::string> RealScriptServer::take_messages(std::size_t count) {
    const std::size_t before = messages_taken_;
    messages_taken_ += count;
    if (!loop.run_until([&] { return messages_in(*listener_).size() >= messages_taken_; })) {
        throw std::runtime_error("no message");
    }
    const std::vector<std::string> all = messages_in(*listener_);
    return {all.begin() + static_cast<std::ptrdiff_t>(before),
            all.begin() + static_cast<std::ptrdiff_t>(messages_taken_)};
}

}  // namespace carillon::test
