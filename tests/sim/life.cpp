#include "life.hpp"

#include <algorithm>
#include <utility>

#include "simulation.hpp"

namespace carillon::sim {
namespace {

bool fails(const Plan& plan, const std::string& check) {
    const Life life = live(plan);
    return std::ranges::any_of(life.violations,
                               [&](const Violation& found) { return found.check == check; });
}

Plan without(const Plan& plan, std::size_t from, std::size_t count) {
    Plan rest = plan;
    const auto begin = rest.steps.begin() + static_cast<std::ptrdiff_t>(from);
    rest.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    return rest;
}

}  // namespace

Life live(const Plan& plan) {
    Simulation simulation(plan);
    simulation.run();
    Life life{plan, simulation.history(), {}};
    life.violations = judge(plan, life.history);
    return life;
}

std::string trace_of(const Life& life) {
    std::string text = life.plan.text();
    for (const Entry& entry : life.history.entries()) text += text_of(entry) + "\n";
    return text + text_of(life.violations);
}

std::string text_of(const std::vector<Violation>& violations) {
    std::string text;
    for (const Violation& violation : violations) {
        text += violation.check + ": " + violation.text + "\n";
    }
    return text;
}

/// Half of the steps at a time, then a quarter, and so on.
Plan shrink(Plan plan, const std::string& check, std::size_t lives_max) {
    std::size_t lives = 0;
    for (std::size_t piece = std::max<std::size_t>(1, plan.steps.size() / 2); piece > 0;
         piece /= 2) {
        for (std::size_t from = 0; from < plan.steps.size() && lives < lives_max;) {
            const std::size_t count = std::min(piece, plan.steps.size() - from);
            ++lives;
            Plan smaller = without(plan, from, count);
            if (fails(smaller, check)) {
                plan = std::move(smaller);
            } else {
                from += count;
            }
        }
    }
    return plan;
}

}  // namespace carillon::sim
