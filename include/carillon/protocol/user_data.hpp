#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/result.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// Who signs in: `user_data` of `pusher:signin`. Source: wire.md 4.1.
struct UserData {
    std::string id;                        ///< of the characters of channel names
    std::optional<std::string> user_info;  ///< JSON text, well-formed, as it came in
    std::vector<std::string> watchlist;    ///< distinct, of the first `limits.max_watched_users`
    bool watchlist_was_cut = false;

    /// Fails with bad_user_data (not an object, no usable id, a watchlist that is no array of user
    /// ids) or user_info_too_large.
    [[nodiscard]] static Result<UserData> parse(std::string_view user_data, const Limits& limits);
};

}  // namespace carillon
