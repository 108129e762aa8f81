#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/protocol/json_text.hpp"
#include "carillon/protocol/socket_id.hpp"

namespace carillon {

/// The events that webhooks report. Pusher does not have the last two. Source: wire.md 6.3.
enum class WebhookKind : std::uint8_t {
    channel_occupied,
    channel_vacated,
    member_added,
    member_removed,
    client_event,
    cache_miss,
    subscription_count,
    user_online,
    user_offline,
};

/// The `name` of each kind, in the order of the enumeration.
inline constexpr std::array<std::string_view, 9> webhook_kind_names{
    "channel_occupied", "channel_vacated",    "member_added", "member_removed", "client_event",
    "cache_miss",       "subscription_count", "user_online",  "user_offline"};

[[nodiscard]] constexpr std::string_view name_of(WebhookKind kind) noexcept {
    return webhook_kind_names[static_cast<std::size_t>(kind)];
}
[[nodiscard]] std::optional<WebhookKind> webhook_kind(std::string_view name) noexcept;

/// A set of kinds; one bit each.
class WebhookKinds {
public:
    constexpr WebhookKinds() = default;
    void add(WebhookKind kind) noexcept { bits_ |= bit(kind); }
    void add(WebhookKinds others) noexcept { bits_ |= others.bits_; }
    [[nodiscard]] bool has(WebhookKind kind) const noexcept { return (bits_ & bit(kind)) != 0; }
    [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }

    friend bool operator==(WebhookKinds, WebhookKinds) = default;

private:
    static constexpr unsigned bit(WebhookKind kind) noexcept {
        return 1U << static_cast<unsigned>(kind);
    }
    unsigned bits_ = 0;
};

// Each of these returns one event of a webhook's body, as JSON. `channel` is a valid channel name.

/// channel_occupied, channel_vacated, cache_miss.
[[nodiscard]] std::string channel_webhook(WebhookKind kind, std::string_view channel);
/// member_added, member_removed.
[[nodiscard]] std::string member_webhook(WebhookKind kind, std::string_view channel,
                                         std::string_view user_id);
/// user_online, user_offline.
[[nodiscard]] std::string user_webhook(WebhookKind kind, std::string_view user_id);
[[nodiscard]] std::string count_webhook(std::string_view channel, std::size_t count);
/// `event` is a JSON string; `data` is written as for subscribers.
[[nodiscard]] std::string client_event_webhook(std::string_view channel, const JsonText& event,
                                               const JsonText& data, SocketId socket_id,
                                               std::optional<std::string_view> user_id);

/// The body of a webhook: `time_ms` is Unix time, `events` come from the functions above. Source:
/// wire.md 6.1.
[[nodiscard]] std::string webhook_body(std::int64_t time_ms,
                                       std::span<const std::string_view> events);

}  // namespace carillon
