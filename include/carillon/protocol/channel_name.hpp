#pragma once

#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// What a channel's prefix says about it. Source: wire.md 2.1.
struct ChannelKind {
    enum class Access : std::uint8_t { public_, private_, encrypted, presence, user };

    Access access = Access::public_;
    bool cache = false;

    /// Anchored at the start, longest prefix first; any text has a kind.
    [[nodiscard]] static ChannelKind of(std::string_view name) noexcept;

    [[nodiscard]] bool is_presence() const noexcept { return access == Access::presence; }
    /// Subscribing takes a signature (user channels take a signed-in user instead).
    [[nodiscard]] bool needs_token() const noexcept {
        return access == Access::private_ || access == Access::encrypted ||
               access == Access::presence;
    }
    /// Client events may be sent on it.
    [[nodiscard]] bool allows_client_events() const noexcept { return needs_token(); }

    friend bool operator==(const ChannelKind&, const ChannelKind&) = default;
};

/// What a signed-in user's own channel is called, in front of the user's id.
inline constexpr std::string_view user_channel_prefix = "#server-to-user-";

/// Whether `text` is made of the characters of channel names and user ids, of at least one.
[[nodiscard]] bool is_plain_name(std::string_view text) noexcept;

/// A name the protocol accepts: `^[A-Za-z0-9_\-=@,.;]+$`, or `#server-to-user-` and such a name.
/// There is no other way to make one, so nobody checks it again, and it needs no escaping in JSON.
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
