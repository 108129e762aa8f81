#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "redis_reply.hpp"

namespace carillon {

/// What scripts answer, taken apart and checked: what Redis says is input like any other. Each
/// `parse` returns nothing for a reply of another shape, an error included. Texts are views of the
/// reply; members and events among them are fit to be sent to clients. Pure. See scripts/*.lua.

/// Ids of members, each with its info as JSON; "" for none.
using MembersView = std::vector<std::pair<std::string_view, std::string_view>>;

/// What answers about a partition end with.
struct PartitionNews {
    std::optional<std::chrono::milliseconds>
        due;  ///< until something that was put off is to be said
    bool has_webhooks = false;
};

struct RegisterReply {
    bool is_recovering = false;
    std::vector<std::string_view> nodes;

    [[nodiscard]] static std::optional<RegisterReply> parse(const RedisReply& reply);
};

struct CompleteReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_recovering = false;
    PartitionNews news;

    [[nodiscard]] static std::optional<CompleteReply> parse(const RedisReply& reply);
};

struct RenewReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_recovering = false;
    PartitionNews news;
    std::vector<std::string_view> nodes;
    std::vector<std::string_view> to_clear;

    [[nodiscard]] static std::optional<RenewReply> parse(const RedisReply& reply);
};

struct ClearReply {
    bool is_stale = false;  ///< nothing else is set
    bool is_done = false;
    PartitionNews news;

    [[nodiscard]] static std::optional<ClearReply> parse(const RedisReply& reply);
};

struct HoldReply {
    bool is_stale = false;     ///< nothing else is set
    std::uint64_t number = 0;  ///< of the sequence; of connections, how many were taken
    bool wants_replica = false;
    PartitionNews news;
    std::vector<std::string_view> refused;

    [[nodiscard]] static std::optional<HoldReply> parse(const RedisReply& reply);
};

enum class PublishReply : std::uint8_t {
    done,
    out_of_order,  ///< nothing was changed: the event before it is missing
    no_memory,     ///< nothing was changed: the memory of Redis is full
};
[[nodiscard]] std::optional<PublishReply> parse_publish_reply(const RedisReply& reply);

/// The answer says itself what it is an answer to: what was not asked for is not there, which is
/// something else than empty.
struct ReadReply {
    std::string_view epoch;
    std::uint64_t number = 0;
    std::uint64_t life_begin = 0;
    std::vector<std::string_view> entries;
    /// Names and counters; there if the reader said that it knows no number.
    std::optional<std::vector<std::pair<std::string_view, std::uint64_t>>> producers;
    std::uint64_t subscriptions = 0;
    std::uint64_t members_number = 0;
    std::optional<MembersView> members;
    std::string_view last_event;  ///< "" for none
    std::chrono::milliseconds event_stays{};
    bool is_recovering = false;

    [[nodiscard]] static std::optional<ReadReply> parse(const RedisReply& reply);
};

/// Last numbers, in the order of the topics that were asked about.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> parse_compare_reply(
    const RedisReply& reply);

struct ChannelReply {
    std::string_view name;  ///< of a list alone
    std::uint32_t subscriptions = 0;
    std::uint32_t members = 0;
    std::string_view last_event;  ///< "" for none, and in a list
    std::chrono::milliseconds event_stays{};
};
[[nodiscard]] std::optional<ChannelReply> parse_ask_reply(const RedisReply& reply);
[[nodiscard]] std::optional<std::vector<ChannelReply>> parse_list_reply(const RedisReply& reply);
/// Also what `take_webhooks` returns.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_texts(const RedisReply& reply);
/// Of `list_members`.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_user_ids(const RedisReply& reply);

/// How many webhooks wait.
[[nodiscard]] std::optional<std::uint64_t> parse_missed_reply(const RedisReply& reply);

}  // namespace carillon
