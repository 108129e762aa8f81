#include <fmt/format.h>

#include "suite_report.hpp"

namespace carillon::bench {
namespace {

std::string range_text(const SuiteFigure& figure) {
    return fmt::format("{} ({} – {})", figure_text(figure.kind, figure.spread.median),
                       number_text(figure.kind, figure.spread.lowest),
                       number_text(figure.kind, figure.spread.highest));
}

std::string target_text(const SuiteFigure& figure) {
    if (figure.ratio_max && figure.is_met()) {
        return fmt::format("at most {:.2f} × {}, {}", *figure.ratio_max, figure.baseline,
                           *figure.is_met() ? "met" : "missed");
    }
    if (!figure.target) return "–";
    return fmt::format("at {} {}, {}", traits_of(figure.kind).more_is_better ? "least" : "most",
                       figure_text(figure.kind, *figure.target),
                       *figure.is_met() ? "met" : "missed");
}

std::string ratio_text(const SuiteFigure& figure) {
    const std::optional<double> ratio = figure.ratio();
    return ratio ? fmt::format("{:.2f} × {}", *ratio, figure.baseline) : "–";
}

/// What keeps the figures of a scenario from being true; empty if nothing does.
std::string caveat(const ScenarioReport& report) {
    if (!report.clean) return "events or connections were lost";
    return report.generator_bound ? "the generator was the limit" : "";
}

std::string baseline_table(const BaselineReport& baseline) {
    std::string text = "| Baseline | CPU each | Per second |\n| --- | --- | --- |\n";
    for (const BaselineFigure& figure : baseline.figures) {
        if (!figure.unavailable.empty()) continue;
        text += fmt::format("| {}, per {} | {:.3f} µs | {} |\n", figure.name, figure.operation,
                            figure.cpu_us.median,
                            figure_text(FigureKind::events_per_second, figure.per_second.median));
    }
    return text;
}

}  // namespace

std::string to_text(const ScenarioReport& report) {
    std::string text;
    for (const SuiteFigure& figure : report.figures) {
        text +=
            fmt::format("{:<18}{:<24}{}; target {}; {}\n", report.name, traits_of(figure.kind).name,
                        range_text(figure), target_text(figure), ratio_text(figure));
    }
    if (const std::string why = caveat(report); !why.empty()) {
        text += fmt::format("{:<18}{}\n", "", why);
    }
    return text;
}

std::string to_markdown(const SuiteReport& report) {
    std::string text = fmt::format(
        "{}{}{}; flusher {}; {}, {} cores, Linux {}; medians (lowest – highest) of {} runs of {} s."
        "\n\n| Scenario | Figure | Target | Ratio to baseline |\n| --- | --- | --- | --- |\n",
        report.date, report.commit.empty() ? "" : ", commit ", report.commit, report.flusher,
        report.machine.cpu, report.machine.cores, report.machine.kernel, report.runs,
        report.seconds);
    for (const ScenarioReport& scenario : report.scenarios) {
        const std::string why = caveat(scenario);
        for (const SuiteFigure& figure : scenario.figures) {
            text +=
                fmt::format("| {} | {}: {}{}{} | {} | {} |\n", scenario.name,
                            traits_of(figure.kind).name, range_text(figure),
                            why.empty() ? "" : "; ", why, target_text(figure), ratio_text(figure));
        }
    }
    return text + '\n' + baseline_table(report.baseline);
}

}  // namespace carillon::bench
