#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "keyspace.hpp"
#include "lua_scripts.hpp"
#include "redis_commands.hpp"
#include "resp.hpp"

namespace carillon::sim {

/// What a subscription brings.
class Subscriber {
public:
    virtual ~Subscriber() = default;
    /// In the middle of a command: to be kept, and looked at later.
    virtual void on_message(std::string_view channel, std::string_view message) = 0;
};

/// A redis-server in memory, without sockets: the commands that scripts and nodes send, the
/// scripts, the subscriptions. Whatever Redis leaves open is decided by the seed, and time by its
/// clock: twins with equal seeds that are asked the same answer the same. The tests of commands and
/// scripts (tests/unit/cluster) run on both. One thread.
class RedisTwin {
public:
    /// `clock`: this server's, in µs since 1970.
    RedisTwin(std::uint64_t seed, RedisCommands::Clock clock);

    /// Carries out what a client sent.
    [[nodiscard]] Resp run(Words words);

    /// Subscribers must be dropped before they end.
    void subscribe(Subscriber& subscriber, std::string_view channel);
    void unsubscribe(Subscriber& subscriber, std::string_view channel);
    void drop(Subscriber& subscriber);

    /// What a replica that is in time has, or a file.
    [[nodiscard]] Keyspace saved() const { return commands_.keys; }
    /// Another server process that begins with `data`: without scripts and subscribers, and with
    /// another run id.
    void restart(Keyspace data);
    /// As by somebody else.
    void flush_all() { commands_.keys.clear(); }
    void set_memory_full(bool full) noexcept { is_full_ = full; }
    /// Only a replica: it takes no writes.
    void set_read_only(bool read_only) noexcept { is_read_only_ = read_only; }

    [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }
    /// Commands that were carried out, those of scripts included.
    [[nodiscard]] std::uint64_t commands_run() const noexcept { return commands_run_; }

private:
    [[nodiscard]] Resp run_server_command(std::string_view name, Words words);
    [[nodiscard]] Resp evaluate(Words words);
    [[nodiscard]] Resp run_in_script(Words words);
    [[nodiscard]] std::int64_t publish(std::string_view channel, std::string_view message);
    void begin_process();

    std::uint64_t seed_;
    std::uint64_t processes_ = 0;
    std::string run_id_;
    RedisCommands commands_;
    std::unique_ptr<LuaScripts> scripts_;
    std::map<std::string, std::vector<Subscriber*>, std::less<>> subscribers_;
    std::uint64_t commands_run_ = 0;
    bool is_full_ = false;
    bool is_read_only_ = false;
    bool has_written_ = false;  ///< the script that runs
};

}  // namespace carillon::sim
