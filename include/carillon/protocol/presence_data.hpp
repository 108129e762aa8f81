#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// Who joins a presence channel: `channel_data` of a subscription. Source: wire.md 2.2, 2.6.
struct PresenceData {
    std::string user_id;                   ///< a number in the source is kept as its JSON text
    std::optional<std::string> user_info;  ///< JSON text, well-formed, as it came in

    /// Fails with bad_channel_data (not an object, no usable user_id, id too long) or
    /// user_info_too_large.
    [[nodiscard]] static Result<PresenceData> parse(std::string_view channel_data,
                                                    const Limits& limits);
};

}  // namespace carillon
