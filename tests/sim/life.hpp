#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "history.hpp"
#include "judge.hpp"
#include "plan.hpp"

namespace carillon::sim {

/// A life, and what is wrong with it.
struct Life {
    Plan plan;
    History history;
    std::vector<Violation> violations;
};

[[nodiscard]] Life live(const Plan& plan);

/// All that happened, in lines: the same for the same plan.
[[nodiscard]] std::string trace_of(const Life& life);
[[nodiscard]] std::string text_of(const std::vector<Violation>& violations);

/// A plan with as few steps as can be found within so many lives in which `check` still fails.
[[nodiscard]] Plan shrink(Plan plan, const std::string& check, std::size_t lives_max);

}  // namespace carillon::sim
