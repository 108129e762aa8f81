#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// The letters of the webhooks that scripts decide. See scripts/lib.lua.
inline constexpr std::array<std::pair<WebhookKind, char>, 8> webhook_letters = {
    {{WebhookKind::channel_occupied, 'o'},
     {WebhookKind::channel_vacated, 'v'},
     {WebhookKind::member_added, 'a'},
     {WebhookKind::member_removed, 'r'},
     {WebhookKind::user_online, 'n'},
     {WebhookKind::user_offline, 'f'},
     {WebhookKind::subscription_count, 's'},
     {WebhookKind::cache_miss, 'm'}}};

/// A field of `told` in Redis. `arrival`: the kind of the arrival's webhook. `user`: "" unless it
/// is about a member of a channel. See scripts/lib.lua.
[[nodiscard]] std::string told_field(WebhookKind arrival, std::string_view topic,
                                     std::string_view user = {});

/// A webhook, as scripts put it into a partition's queue. A view of its text. Pure.
struct WebhookRecord {
    WebhookKind kind{};
    std::size_t count = 0;  ///< of subscriptions, for subscription_count
    std::string_view app_id;
    std::string_view channel;  ///< "" for user_online and user_offline
    std::string_view user_id;
    std::uint64_t number = 0;  ///< of those about who is there, in the partition; else 0
    std::string_view topic;
    std::string_view member;  ///< what follows the topic

    /// Whether it tells of an arrival or a departure, of which `told` in Redis has one or nothing.
    [[nodiscard]] bool is_about_presence() const noexcept { return number > 0; }
    [[nodiscard]] bool is_arrival() const noexcept;
    /// What it is about, as a field of `told` in Redis.
    [[nodiscard]] std::string about() const;
    /// Nothing if `text` is not such a record.
    [[nodiscard]] static std::optional<WebhookRecord> parse(std::string_view text);
};

}  // namespace carillon
