#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// A member that joins a presence channel: `channel_data` of a subscription. Source: wire.md 2.2,
/// 2.6.
struct PresenceData {
    std::string user_id;                   ///< a number is kept as its JSON text
    std::optional<std::string> user_info;  ///< well-formed JSON text, as received

    /// Fails with bad_channel_data (not an object, no usable user_id, id too long) or
    /// user_info_too_large. Pure; any thread.
    [[nodiscard]] static Result<PresenceData> parse(std::string_view channel_data,
                                                    const Limits& limits);
};

}  // namespace carillon
