#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/time.hpp"

namespace carillon::sim {

/// Of what concerns no node, client, channel or user.
inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// What a life has, whatever its seed.
inline constexpr std::uint32_t users_count = 10;
inline constexpr std::array<std::string_view, 12> channel_names = {"news",
                                                                   "weather",
                                                                   "private-desk",
                                                                   "private-counter",
                                                                   "presence-room",
                                                                   "presence-hall",
                                                                   "presence-lounge",
                                                                   "cache-prices",
                                                                   "private-cache-odds",
                                                                   "presence-cache-board",
                                                                   "cache-archive",
                                                                   "private-cache-archive"};
/// Of these: an event is published to it when everything has come to rest, and nobody was
/// subscribed before.
inline constexpr std::uint32_t last_archive = 11;
/// Of these, from the front: those that clients subscribe to before the end.
inline constexpr std::uint32_t busy_channels_count = 10;
/// Channels by number: those above, then each user's own.
inline constexpr std::uint32_t channels_count = channel_names.size() + users_count;

[[nodiscard]] std::string channel_name(std::uint32_t channel);
[[nodiscard]] inline std::string user_name(std::uint32_t user) {
    return "u" + std::to_string(user);
}
[[nodiscard]] inline bool is_presence(std::uint32_t channel) {
    return channel_name(channel).starts_with("presence-");
}
[[nodiscard]] bool is_cache(std::uint32_t channel);
/// Of those that there are; `none` otherwise.
[[nodiscard]] std::uint32_t channel_number(std::string_view name);
[[nodiscard]] std::uint32_t user_number(std::string_view name);

/// One thing that somebody does, or that happens to nodes and to Redis. Whatever does not apply
/// when its time has come is skipped, so a plan without some of its steps is a plan, too.
struct Step {
    enum class Kind : std::uint8_t {
        open,         ///< client, at node, with user
        close,        ///< client: without a word
        subscribe,    ///< client, channel
        unsubscribe,  ///< client, channel
        resubscribe,  ///< client, channel: both in one packet
        sign_in,      ///< client; amount: the watchlist, one bit a user
        publish,      ///< node, channel
        speak,        ///< client, channel: a client event
        terminate,    ///< node, user
        burst,        ///< node, channel; amount: events, one after the other
        ask,          ///< node, channel: REST's queries
        guest,        ///< node; a connection of the app that is limited, for `lasts`

        kill,            ///< node; another process takes its place after `lasts`
        stop,            ///< node: in the orderly way; another process comes after `lasts`
        freeze,          ///< node
        cut,             ///< node from Redis: connections end, none can be made
        drop,            ///< node from Redis: connections end
        stall,           ///< node from Redis: what is sent stays on the way
        lose,            ///< node from Redis: amount percent of the messages that it should hear
        node_clock,      ///< node; amount: ms by which its clock leaps ahead
        slow,            ///< node from Redis; amount: ms at most
        redis_pause,     ///< it takes commands, and answers later
        redis_data,      ///< it is down, and returns with its data
        redis_older,     ///< the same, with data of `amount` ms before it went
        redis_nothing,   ///< the same, without any
        redis_failover,  ///< another takes its place at once, without the last `amount` ms
        redis_flush,     ///< FLUSHALL by somebody else
        redis_full,      ///< no memory is left; amount: every so many ms there is some, or none
        redis_clock,     ///< steps by `amount` ms
    };

    Duration at{};
    Kind kind{};
    std::uint32_t node = 0;
    std::uint32_t client = 0;
    std::uint32_t channel = 0;
    std::uint32_t user = 0;
    std::int64_t amount = 0;
    Duration lasts{};

    [[nodiscard]] bool is_fault() const noexcept { return kind >= Kind::kill; }
    /// In one line, for a reader.
    [[nodiscard]] std::string text() const;
};

/// All that a seed decides beforehand. The rest, such as delays, is drawn on the way.
struct Plan {
    std::uint64_t seed = 0;
    std::uint16_t nodes = 3;
    std::uint16_t shards = 1;  ///< of each node
    std::uint16_t partitions = 4;
    std::uint32_t lease_seconds = 4;
    std::uint32_t timeout_ms = 2000;
    std::size_t ring_bytes = 65536;
    std::uint32_t grace_seconds = 0;
    std::uint32_t cache_ttl_seconds = 1800;
    std::uint32_t counts_at_once = 100;  ///< more subscriptions are told of by and by only
    std::vector<std::uint32_t> delays;   ///< of each node to Redis and back: ms at most, one way
    std::uint32_t clients = 40;
    Duration lasts{};
    Duration idle{};  ///< of that: a time in the middle in which nobody does anything
    std::vector<Step> steps;

    [[nodiscard]] std::string text() const;
};

struct PlanOptions {
    std::uint32_t minutes = 0;            ///< 0: the seed decides
    std::uint32_t faults_at_once = 3;     ///< 0: none at all
    std::vector<Step::Kind> faults = {};  ///< those there are; empty: all
};

[[nodiscard]] Plan make_plan(std::uint64_t seed, const PlanOptions& options = {});

[[nodiscard]] std::string_view name_of(Step::Kind kind) noexcept;

}  // namespace carillon::sim
