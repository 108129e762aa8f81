#include "redis_twin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace carillon::sim {
namespace {

constexpr std::string_view no_memory = "OOM command not allowed when used memory > 'maxmemory'.";
constexpr std::string_view read_only = "READONLY You can't write against a read only replica.";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

}  // namespace

RedisTwin::RedisTwin(std::uint64_t seed, RedisCommands::Clock clock)
    : seed_(seed), commands_(seed, std::move(clock), [this](auto channel, auto message) {
          return publish(channel, message);
      }) {
    begin_process();
}

void RedisTwin::begin_process() {
    std::mt19937_64 random(seed_ + ++processes_);
    run_id_ = fmt::format("{:016x}{:016x}{:08x}", random(), random(),
                          static_cast<std::uint32_t>(random()));
    scripts_ = std::make_unique<LuaScripts>([this](Words words) { return run_in_script(words); });
}

void RedisTwin::restart(Keyspace data) {
    subscribers_.clear();
    commands_.keys = std::move(data);
    is_full_ = is_read_only_ = false;
    begin_process();
}

Resp RedisTwin::run(Words words) {
    ++commands_run_;
    const RedisCommands::Command* const command = RedisCommands::find(words[0]);
    if (command == nullptr) return run_server_command(lower(words[0]), words);
    if (!RedisCommands::fits(*command, words)) {
        return Resp::error(
            fmt::format("ERR wrong number of arguments for '{}' command", lower(words[0])));
    }
    if (command->needs_memory && is_full_) return Resp::error(no_memory);
    if (command->writes && is_read_only_) return Resp::error(read_only);
    return commands_.run(*command, words);
}

Resp RedisTwin::run_server_command(std::string_view name, Words words) {
    if (name == "evalsha" && words.size() >= 3) return evaluate(words);
    if (name == "ping") return Resp::status("PONG");
    if (name == "info") {
        return Resp::bulk(fmt::format("run_id:{}\r\nmaxmemory_policy:noeviction\r\n", run_id_));
    }
    if (name == "script" && words.size() == 3 && lower(words[1]) == "load") {
        return scripts_->load(words[2]);
    }
    if (name == "config" && words.size() == 4 && lower(words[1]) == "set") {
        if (lower(words[2]) == "maxmemory") is_full_ = words[3] != "0";
        return Resp::status("OK");
    }
    return Resp::error(fmt::format("ERR unknown command '{}'", words[0]));
}

Resp RedisTwin::evaluate(Words words) {
    const std::string digest = lower(words[1]);
    std::size_t keys = 0;
    std::from_chars(words[2].data(), words[2].data() + words[2].size(), keys);
    if (keys > words.size() - 3) {
        return Resp::error("ERR Number of keys can't be greater than number of args");
    }
    if (!scripts_->contains(digest)) {
        return Resp::error("NOSCRIPT No matching script. Please use EVAL.");
    }
    has_written_ = false;
    return scripts_->run(digest, words.subspan(3, keys), words.subspan(3 + keys));
}

/// A script that has written goes on, even if there is no memory: Redis would not leave it half
/// done.
Resp RedisTwin::run_in_script(Words words) {
    ++commands_run_;
    const RedisCommands::Command* const command = RedisCommands::find(words[0]);
    if (command == nullptr) return Resp::error("ERR Unknown Redis command called from script");
    if (!RedisCommands::fits(*command, words)) {
        return Resp::error("ERR Wrong number of args calling Redis command from script");
    }
    if (command->writes && is_read_only_) return Resp::error(read_only);
    if (command->needs_memory && is_full_ && !has_written_) return Resp::error(no_memory);
    has_written_ = has_written_ || command->writes;
    return commands_.run(*command, words);
}

std::int64_t RedisTwin::publish(std::string_view channel, std::string_view message) {
    const auto found = subscribers_.find(channel);
    if (found == subscribers_.end()) return 0;
    for (Subscriber* const subscriber : found->second) subscriber->on_message(channel, message);
    return static_cast<std::int64_t>(found->second.size());
}

void RedisTwin::subscribe(Subscriber& subscriber, std::string_view channel) {
    auto& all = subscribers_[std::string(channel)];
    if (std::ranges::find(all, &subscriber) == all.end()) all.push_back(&subscriber);
}

void RedisTwin::unsubscribe(Subscriber& subscriber, std::string_view channel) {
    const auto found = subscribers_.find(channel);
    if (found == subscribers_.end()) return;
    std::erase(found->second, &subscriber);
    if (found->second.empty()) subscribers_.erase(found);
}

void RedisTwin::drop(Subscriber& subscriber) {
    for (auto& [channel, all] : subscribers_) std::erase(all, &subscriber);
    std::erase_if(subscribers_, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace carillon::sim
