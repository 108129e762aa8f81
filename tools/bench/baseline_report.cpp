#include "baseline_report.hpp"

#include <algorithm>

namespace carillon::bench {
namespace {

template <class Value>
Spread spread_over(std::span<const Window> windows, Value&& value) {
    std::vector<double> values;
    for (const Window& window : windows) values.push_back(value(window));
    return spread_of(std::move(values));
}

double per(double amount, double count) {
    return count > 0 ? amount / count : 0;
}

}  // namespace

const BaselineFigure* BaselineReport::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(figures, name, &BaselineFigure::name);
    return found != figures.end() && found->unavailable.empty() ? &*found : nullptr;
}

BaselineFigure baseline_figure(std::string name, std::string operation,
                               std::span<const Window> windows) {
    BaselineFigure figure{std::move(name), std::move(operation), {}, {}, {}, {}};
    figure.cpu_us = spread_over(windows, [](const Window& window) {
        return per(static_cast<double>(window.cpu_ns) / 1000,
                   static_cast<double>(window.operations));
    });
    figure.per_second = spread_over(windows, [](const Window& window) {
        return per(static_cast<double>(window.operations), window.seconds);
    });
    const auto grew = [](const Window& window) { return window.resident_bytes > 0; };
    if (std::ranges::any_of(windows, grew)) {
        figure.resident_bytes = spread_over(windows, [](const Window& window) {
            return per(static_cast<double>(window.resident_bytes),
                       static_cast<double>(window.operations));
        });
    }
    return figure;
}

}  // namespace carillon::bench
