#include "history.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <stdexcept>

namespace carillon::bench {
namespace {

constexpr double worse_max = 0.15;

bool is_comparable(const HistoryLine& line, const HistoryLine& now) {
    return line.is_object() && line.value("machine", HistoryLine{}) == now["machine"] &&
           line.value("flusher", HistoryLine{}) == now["flusher"];
}

std::optional<double> number(const HistoryLine& figure, const char* name) {
    const auto found = figure.find(name);
    if (found == figure.end() || !found->is_number()) return std::nullopt;
    return found->get<double>();
}

/// Null if no line has it.
const HistoryLine* find_last(std::span<const HistoryLine> past, const HistoryLine& now,
                             const std::string& scenario, const std::string& key) {
    for (std::size_t i = past.size(); i-- > 0;) {
        if (!is_comparable(past[i], now)) continue;
        const HistoryLine::json_pointer at(fmt::format("/figures/{}/{}", scenario, key));
        if (past[i].contains(at)) return &past[i][at];
    }
    return nullptr;
}

std::optional<Change> change_of(const std::string& scenario, const SuiteFigure& figure,
                                const HistoryLine& then) {
    const std::optional<double> ratio = figure.ratio();
    const std::optional<double> old_ratio = number(then, "ratio");
    const std::optional<double> old_median = number(then, "median");
    const bool of_ratio = ratio && old_ratio;
    const double from = of_ratio ? *old_ratio : old_median.value_or(0);
    if (from <= 0) return std::nullopt;
    const double by = (of_ratio ? *ratio : figure.spread.median) / from - 1;
    const double worse = traits_of(figure.kind).more_is_better ? -by : by;
    return Change{scenario, figure.kind, by, of_ratio, worse > worse_max};
}

}  // namespace

HistoryLine history_line(const SuiteReport& report) {
    HistoryLine baseline = HistoryLine::object();
    for (const BaselineFigure& figure : report.baseline.figures) {
        if (!figure.unavailable.empty()) continue;
        baseline[figure.name] = {{"cpu_us", figure.cpu_us.median},
                                 {"per_second", figure.per_second.median}};
    }
    HistoryLine figures = HistoryLine::object();
    for (const ScenarioReport& scenario : report.scenarios) {
        for (const SuiteFigure& figure : scenario.figures) {
            HistoryLine& kept = figures[scenario.name][std::string{traits_of(figure.kind).key}];
            kept["median"] = figure.spread.median;
            if (const auto ratio = figure.ratio()) kept["ratio"] = *ratio;
        }
    }
    return {{"commit", report.commit},
            {"date", report.date},
            {"machine", to_json(report.machine)},
            {"flusher", report.flusher},
            {"baseline", std::move(baseline)},
            {"figures", std::move(figures)}};
}

std::vector<Change> changes(const SuiteReport& report, std::span<const HistoryLine> past) {
    const HistoryLine now = history_line(report);
    std::vector<Change> found;
    for (const ScenarioReport& scenario : report.scenarios) {
        for (const SuiteFigure& figure : scenario.figures) {
            const std::string key{traits_of(figure.kind).key};
            const HistoryLine* const then = find_last(past, now, scenario.name, key);
            if (then == nullptr) continue;
            if (const auto change = change_of(scenario.name, figure, *then)) {
                found.push_back(*change);
            }
        }
    }
    return found;
}

std::string to_text(const Change& change) {
    return fmt::format("{:<18}{:<24}{:+.1f} %{}{}\n", change.scenario, traits_of(change.kind).name,
                       100 * change.by, change.of_ratio ? " of the ratio to the baseline" : "",
                       change.regressed ? ", regressed" : "");
}

std::vector<HistoryLine> read_history(const std::string& file) {
    std::ifstream in(file);
    std::vector<HistoryLine> lines;
    for (std::string text; std::getline(in, text);) {
        lines.push_back(HistoryLine::parse(text, nullptr, false));
        if (lines.back().is_discarded()) {
            throw std::runtime_error(fmt::format("line {} of {} is not JSON", lines.size(), file));
        }
    }
    return lines;
}

void append_history(const std::string& file, const HistoryLine& line) {
    std::ofstream out(file, std::ios::app);
    if (!(out << line.dump() << '\n' << std::flush)) {
        throw std::runtime_error("cannot write " + file);
    }
}

}  // namespace carillon::bench
