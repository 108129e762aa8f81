#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// A user that signs in: `user_data` of `pusher:signin`. Source: wire.md 4.1.
struct UserData {
    std::string id;                        ///< only characters of channel names
    std::optional<std::string> user_info;  ///< well-formed JSON text, as received
    std::vector<std::string> watchlist;  ///< the first `limits.max_watched_users`, sorted, distinct
    bool watchlist_was_cut = false;

    /// Fails with bad_user_data (not an object, no usable id, a watchlist that is not an array of
    /// user ids) or user_info_too_large. Pure; any thread.
    [[nodiscard]] static Result<UserData> parse(std::string_view user_data, const Limits& limits);
};

}  // namespace carillon
