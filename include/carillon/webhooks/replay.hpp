#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"

namespace carillon {

/// What became of a file of dead letters.
struct Replay {
    std::size_t delivered = 0;  ///< letters, each a request
    std::size_t left = 0;
};

/// Sends the dead letters of `file` again, one after the other, to the endpoints of `apps`, stamped
/// and signed anew under their old ids. What is delivered leaves the file; once an endpoint fails,
/// its further letters stay, in order. While this runs the letters are in `file`.replaying, so a
/// server may go on writing. `report` is told of lines that cannot be sent. Throws
/// std::runtime_error if the files cannot be used.
[[nodiscard]] Replay replay_dead_letters(const std::filesystem::path& file,
                                         const std::vector<App>& apps,
                                         const std::function<void(const std::string&)>& report);

}  // namespace carillon
