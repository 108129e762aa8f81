#include "floor_report.hpp"

#include <algorithm>

namespace carillon {
namespace {

template <class Value>
Spread spread_over(std::span<const Stretch> stretches, Value&& value) {
    std::vector<double> values;
    for (const Stretch& stretch : stretches) values.push_back(value(stretch));
    return spread_of(std::move(values));
}

double per(double amount, double count) {
    return count > 0 ? amount / count : 0;
}

}  // namespace

const FloorFigure* FloorReport::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(figures, name, &FloorFigure::name);
    return found != figures.end() && found->unavailable.empty() ? &*found : nullptr;
}

FloorFigure floor_figure(std::string name, std::string operation,
                         std::span<const Stretch> stretches) {
    FloorFigure figure{std::move(name), std::move(operation), {}, {}, {}, {}};
    figure.cpu_us = spread_over(stretches, [](const Stretch& stretch) {
        return per(static_cast<double>(stretch.cpu_ns) / 1000,
                   static_cast<double>(stretch.operations));
    });
    figure.per_second = spread_over(stretches, [](const Stretch& stretch) {
        return per(static_cast<double>(stretch.operations), stretch.seconds);
    });
    const auto grew = [](const Stretch& stretch) { return stretch.resident_bytes > 0; };
    if (std::ranges::any_of(stretches, grew)) {
        figure.resident_bytes = spread_over(stretches, [](const Stretch& stretch) {
            return per(static_cast<double>(stretch.resident_bytes),
                       static_cast<double>(stretch.operations));
        });
    }
    return figure;
}

}  // namespace carillon
