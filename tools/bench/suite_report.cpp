#include "suite_report.hpp"

#include <algorithm>

namespace carillon::bench {

std::optional<double> SuiteFigure::ratio() const noexcept {
    if (!baseline_value || *baseline_value <= 0) return std::nullopt;
    return spread.median / *baseline_value;
}

std::optional<bool> SuiteFigure::is_met() const noexcept {
    if (const auto of_baseline = ratio(); ratio_max && of_baseline)
        return *of_baseline <= *ratio_max;
    if (!target) return std::nullopt;
    return traits_of(kind).more_is_better ? spread.median >= *target : spread.median <= *target;
}

bool SuiteReport::is_clean() const noexcept {
    return std::ranges::all_of(scenarios, &ScenarioReport::clean);
}

}  // namespace carillon::bench
