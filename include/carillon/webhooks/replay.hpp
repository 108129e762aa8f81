#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"

namespace carillon {

/// The result of a replay.
struct Replay {
    std::size_t delivered = 0;  ///< dead letters, one request each
    std::size_t left = 0;       ///< dead letters that are still in the file
};

/// Sends the dead letters of `file` again, one after the other, to the endpoints of `apps`, under
/// their old ids, with a new timestamp and signature. Delivered ones are removed from the file;
/// once an endpoint fails, its further dead letters stay, in order. Meanwhile they are in
/// `file`.replaying, so a server may continue to write to `file`. Calls `report` with the reason
/// for each line that cannot be sent. Throws std::runtime_error if the files cannot be used.
[[nodiscard]] Replay replay_dead_letters(const std::filesystem::path& file,
                                         const std::vector<App>& apps,
                                         const std::function<void(const std::string&)>& report);

}  // namespace carillon
