#pragma once

#include <optional>

#include "redis_client.hpp"
#include "script_server.hpp"
#include "support/redis_server.hpp"

namespace carillon::test {

/// A redis-server of its own.
class RealScriptServer final : public ScriptServer {
public:
    RealScriptServer();

    Reply command(const std::vector<std::string>& words) override;
    void pass(std::uint64_t ms) override;
    void subscribe(const std::string& channel) override;
    [[nodiscard]] std::vector<std::string> take_messages(std::size_t count) override;

    RedisServer server;
    HandTurnedLoop loop;

private:
    RedisClient client_{loop, server.url()};
    std::optional<RedisClient> listener_;
    std::size_t messages_taken_ = 0;
};

}  // namespace carillon::test
