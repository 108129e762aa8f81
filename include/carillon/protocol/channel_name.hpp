#pragma once

#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// The kind of a channel, as its prefix says. Source: wire.md 2.1.
struct ChannelKind {
    enum class Access : std::uint8_t { public_, private_, encrypted, presence, user };

    Access access = Access::public_;
    bool cache = false;

    /// The kind by the longest prefix that matches; any text has one.
    [[nodiscard]] static ChannelKind of(std::string_view name) noexcept;

    [[nodiscard]] bool is_presence() const noexcept { return access == Access::presence; }
    /// Subscriptions need a signature. (User channels need a signed-in user instead.)
    [[nodiscard]] bool needs_token() const noexcept {
        return access == Access::private_ || access == Access::encrypted ||
               access == Access::presence;
    }
    /// Subscribers may send client events.
    [[nodiscard]] bool allows_client_events() const noexcept { return needs_token(); }

    friend bool operator==(const ChannelKind&, const ChannelKind&) = default;
};

/// The name of a user's own channel, in front of the user's id.
inline constexpr std::string_view user_channel_prefix = "#server-to-user-";

/// Whether `text` is one or more of the characters of channel names and user ids.
[[nodiscard]] bool is_plain_name(std::string_view text) noexcept;

/// A name the protocol accepts: `^[A-Za-z0-9_\-=@,.;]+$`, or `#server-to-user-` and such a name.
/// `parse` is the only way to make one, so it is checked once, and needs no escaping in JSON.
class ChannelName {
public:
    /// `limits.max_channel_name_length` counts characters, prefix included. Fails with
    /// Errc::bad_channel_name. Source: wire.md 2.1.
    [[nodiscard]] static Result<ChannelName> parse(std::string_view text, const Limits& limits);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] ChannelKind kind() const noexcept { return ChannelKind::of(text_); }

    friend auto operator<=>(const ChannelName&, const ChannelName&) = default;

private:
    explicit ChannelName(std::string_view text) : text_(text) {}

    std::string text_;
};

}  // namespace carillon
