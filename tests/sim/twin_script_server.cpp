#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "redis_twin.hpp"
#include "unit/cluster/script_server.hpp"

namespace carillon::test {
namespace {

Reply reply_of(const sim::Resp& from) {
    using Type = sim::Resp::Type;
    Reply reply{from.type == Type::integer ? std::to_string(from.integer) : from.text};
    reply.is_nil = from.type == Type::nil;
    reply.is_error = from.is_error();
    for (const sim::Resp& item : from.items) reply.items.push_back(reply_of(item));
    return reply;
}

/// The twin, whose time passes with each command and when it is told to.
class TwinScriptServer final : public ScriptServer, private sim::Subscriber {
public:
    Reply command(const std::vector<std::string>& words) override {
        const std::vector<std::string_view> views(words.begin(), words.end());
        now_us_ += 20;
        return reply_of(twin_.run(views));
    }
    void pass(std::uint64_t ms) override { now_us_ += static_cast<std::int64_t>(ms + 1) * 1000; }
    void subscribe(const std::string& channel) override { twin_.subscribe(*this, channel); }
    std::vector<std::string> take_messages(std::size_t count) override {
        std::vector<std::string> all = std::exchange(messages_, {});
        if (all.size() != count) throw std::runtime_error("other messages than expected");
        return all;
    }

private:
    void on_message(std::string_view, std::string_view message) override {
        messages_.emplace_back(message);
    }

    std::int64_t now_us_ = 1'764'404'000'000'000;
    sim::RedisTwin twin_{1, [this] { return now_us_; }};
    std::vector<std::string> messages_;
};

}  // namespace

std::unique_ptr<ScriptServer> ScriptServer::make() {
    return std::make_unique<TwinScriptServer>();
}

}  // namespace carillon::test
