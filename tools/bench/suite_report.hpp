#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "baseline_report.hpp"
#include "bench_options.hpp"
#include "figure_kind.hpp"
#include "machine.hpp"
#include "spread.hpp"

namespace carillon::bench {

/// What the runs of a scenario came to in one respect.
struct SuiteFigure {
    FigureKind kind;
    Spread spread;
    std::optional<double> target;
    std::string baseline;                  ///< the figure it is compared with; empty: none
    std::optional<double> baseline_value;  ///< nullopt as well when that is not available
    std::optional<double> ratio_max = {};  ///< a target that is relative to the baseline

    /// Nullopt without a baseline.
    [[nodiscard]] std::optional<double> ratio() const noexcept;
    /// Nullopt without a target, or without the baseline that it is relative to.
    [[nodiscard]] std::optional<bool> is_met() const noexcept;
};

struct ScenarioReport {
    std::string name;
    BenchOptions options;
    std::vector<std::string> server_args;
    bool clean = true;             ///< every run was
    bool generator_bound = false;  ///< in some run: the server could do more
    std::vector<SuiteFigure> figures;
};

struct SuiteReport {
    std::string date;  ///< UTC
    std::string commit;
    std::string flusher;
    Machine machine;
    int runs = 0;
    double seconds = 0;  ///< per run
    BaselineReport baseline;
    std::vector<ScenarioReport> scenarios;

    [[nodiscard]] bool is_clean() const noexcept;
};

[[nodiscard]] std::string to_text(const ScenarioReport& report);
[[nodiscard]] std::string to_markdown(const SuiteReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const SuiteReport& report);

}  // namespace carillon::bench
