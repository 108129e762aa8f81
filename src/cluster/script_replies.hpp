#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "redis_reply.hpp"

namespace carillon {

/// The scripts' replies, parsed and checked: Redis' answers are input like any other. Each `parse`
/// returns nothing for a malformed reply, and for an error. Texts are views of the reply; members
/// and events among them can be sent to clients. Pure. See scripts/*.lua.

/// Ids of members, each with its info as JSON; "" for none.
using MembersView = std::vector<std::pair<std::string_view, std::string_view>>;

/// The end of an operation's reply.
struct PartitionNews {
    std::optional<std::chrono::milliseconds> due;  ///< time until the first deferred entry is due
    bool has_webhooks = false;
};

struct RegisterNodeReply {
    bool is_recovering = false;
    std::vector<std::string_view> nodes;

    [[nodiscard]] static std::optional<RegisterNodeReply> parse(const RedisReply& reply);
};

struct FinishResyncReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_recovering = false;
    PartitionNews news;

    [[nodiscard]] static std::optional<FinishResyncReply> parse(const RedisReply& reply);
};

struct RenewLeaseReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_recovering = false;
    PartitionNews news;
    std::vector<std::string_view> nodes;
    std::vector<std::string_view> to_clear;

    [[nodiscard]] static std::optional<RenewLeaseReply> parse(const RedisReply& reply);
};

struct ClearDeadNodeReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_done = false;
    PartitionNews news;

    [[nodiscard]] static std::optional<ClearDeadNodeReply> parse(const RedisReply& reply);
};

struct SyncTopicReply {
    bool is_stale = false;       ///< nothing else is set
    std::uint64_t sequence = 0;  ///< of connections: how many are accepted
    bool wants_replica = false;
    PartitionNews news;
    std::vector<std::string_view> refused;

    [[nodiscard]] static std::optional<SyncTopicReply> parse(const RedisReply& reply);
};

enum class PublishReply : std::uint8_t {
    done,
    out_of_order,  ///< nothing changed: the event before it is missing
    no_memory,     ///< nothing changed: Redis' memory is full
};
[[nodiscard]] std::optional<PublishReply> parse_publish_reply(const RedisReply& reply);

/// What was not asked for is absent, which is different from empty.
struct ReadTopicReply {
    std::string_view epoch;
    std::uint64_t last_sequence = 0;
    std::uint64_t life_begin = 0;
    std::vector<std::string_view> entries;
    /// Ids and counters; present if the reader had no number.
    std::optional<std::vector<std::pair<std::string_view, std::uint64_t>>> producers;
    std::uint64_t subscriptions = 0;
    std::uint64_t roster_version = 0;
    std::optional<MembersView> members;
    std::string_view last_event;  ///< "" for none
    std::chrono::milliseconds event_stays{};
    bool is_recovering = false;

    [[nodiscard]] static std::optional<ReadTopicReply> parse(const RedisReply& reply);
};

/// Last sequence numbers, in the order of the topics asked about.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> parse_compare_heads_reply(
    const RedisReply& reply);

struct ChannelReply {
    std::string_view name;  ///< of a list alone
    std::uint32_t subscriptions = 0;
    std::uint32_t members = 0;
    std::string_view last_event;  ///< "" for none, and in a list
    std::chrono::milliseconds event_stays{};
};
[[nodiscard]] std::optional<ChannelReply> parse_channel_info_reply(const RedisReply& reply);
[[nodiscard]] std::optional<std::vector<ChannelReply>> parse_list_channels_reply(
    const RedisReply& reply);
/// Also what `take_webhooks` returns.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_texts(const RedisReply& reply);
/// Of `list_members`.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_list_members_reply(
    const RedisReply& reply);

/// The number of webhooks queued.
[[nodiscard]] std::optional<std::uint64_t> parse_cache_miss_reply(const RedisReply& reply);

}  // namespace carillon
