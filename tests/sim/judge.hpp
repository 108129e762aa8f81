#pragma once

#include <string>
#include <vector>

#include "history.hpp"
#include "plan.hpp"

namespace carillon::sim {

/// Something that must not be.
struct Violation {
    std::string check;  ///< which promise, in a word or two
    std::string text;
};

/// All that is wrong with a life, by what the outside saw of it: docs/cluster.md says what is
/// promised. Knows nothing of how the cluster works, apart from what may take how long.
[[nodiscard]] std::vector<Violation> judge(const Plan& plan, const History& history);

}  // namespace carillon::sim
