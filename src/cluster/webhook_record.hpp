#pragma once

#include <array>
#include <cstddef>
#include <optional>
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

/// A webhook, as scripts put it into a partition's queue. A view of its text. Pure.
struct WebhookRecord {
    WebhookKind kind{};
    std::size_t count = 0;  ///< of subscriptions, for subscription_count
    std::string_view app_id;
    std::string_view channel;  ///< "" for user_online and user_offline
    std::string_view user_id;

    /// Nothing if `text` is not such a record.
    [[nodiscard]] static std::optional<WebhookRecord> parse(std::string_view text);
};

}  // namespace carillon
