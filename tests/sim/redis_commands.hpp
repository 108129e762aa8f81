#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keyspace.hpp"
#include "resp.hpp"

namespace carillon::sim {

/// A command with its arguments.
using Words = std::span<const std::string_view>;

/// The commands on data that scripts and their tests use, as Redis 7.0 carries them out. What Redis
/// leaves open, such as the order of a hash's fields, `seed` decides.
class RedisCommands {
public:
    struct Command {
        std::string_view name;
        int arity;  ///< words, the name included; negative: at least so many
        bool writes;
        bool needs_memory;  ///< refused when there is none
        Resp (RedisCommands::*run)(Words);
    };

    /// In µs since 1970, by this server's clock.
    using Clock = std::function<std::int64_t()>;
    /// Returns how many have got it.
    using Publish = std::function<std::int64_t(std::string_view channel, std::string_view message)>;

    RedisCommands(std::uint64_t seed, Clock clock, Publish publish);

    /// Null if there is none. The name may be in capitals.
    [[nodiscard]] static const Command* find(std::string_view name);
    /// Whether it takes so many words.
    [[nodiscard]] static bool fits(const Command& command, Words words) noexcept;
    /// The words fit. Errors are replies.
    [[nodiscard]] Resp run(const Command& command, Words words);

    Keyspace keys;

private:
    static const std::vector<Command>& table();

    [[nodiscard]] std::int64_t now_ms() const { return clock_() / 1000; }
    [[nodiscard]] std::vector<RedisHash::const_iterator> fields(const RedisHash& hash) const;
    [[nodiscard]] RedisHash* hash(std::string_view key);

    Resp del(Words words);
    Resp exists(Words words);
    Resp rename(Words words);
    Resp pexpire(Words words);
    Resp pttl(Words words);
    Resp dump(Words words);
    Resp all_keys(Words words);
    Resp flushall(Words words);
    Resp time(Words words);
    Resp publish(Words words);

    Resp get(Words words);
    Resp set(Words words);
    Resp strlen(Words words);

    Resp hget(Words words);
    Resp hset(Words words);
    Resp hsetnx(Words words);
    Resp hincrby(Words words);
    Resp hdel(Words words);
    Resp hmget(Words words);
    Resp hgetall(Words words);
    Resp hkeys(Words words);
    Resp hvals(Words words);
    Resp hexists(Words words);
    Resp hlen(Words words);
    Resp hrandfield(Words words);

    Resp rpush(Words words);
    Resp lpop(Words words);
    Resp llen(Words words);
    Resp lindex(Words words);
    Resp lrange(Words words);
    Resp lset(Words words);

    Resp zadd(Words words);
    Resp zrem(Words words);
    Resp zcard(Words words);
    Resp zrange(Words words);
    Resp zrangebyscore(Words words);

    const std::uint64_t seed_;
    Clock clock_;
    Publish publish_;
    std::mt19937_64 random_;
};

}  // namespace carillon::sim
