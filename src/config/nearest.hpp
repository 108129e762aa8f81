#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// The one of `names`, which is not empty, that is fewest edits away from `wrong`.
[[nodiscard]] const std::string& nearest(std::string_view wrong,
                                         const std::vector<std::string>& names);

/// `did you mean X?` if the nearest name is near; otherwise a list of all of `names`.
[[nodiscard]] std::string suggestion(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace carillon
