#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "suite_report.hpp"

namespace carillon::bench {

/// Reports of the suite that were kept, one line of JSON each.
using HistoryLine = nlohmann::ordered_json;

/// What is kept of a report.
[[nodiscard]] HistoryLine history_line(const SuiteReport& report);

/// How a figure differs from when it was last measured on the same machine with the same flusher.
struct Change {
    std::string scenario;
    FigureKind kind;
    double by = 0;         ///< 0.1: a tenth more
    bool of_ratio = true;  ///< to the baseline; else of the figure itself, since it has no baseline
    bool regressed = false;
};

/// Of all figures that the past knows. More than 15 % worse is regressed.
[[nodiscard]] std::vector<Change> changes(const SuiteReport& report,
                                          std::span<const HistoryLine> past);

[[nodiscard]] std::string to_text(const Change& change);

/// Oldest first; nothing if there is no such file. Throws std::runtime_error for a line that is not
/// JSON.
[[nodiscard]] std::vector<HistoryLine> read_history(const std::string& file);
/// Throws std::runtime_error.
void append_history(const std::string& file, const HistoryLine& line);

}  // namespace carillon::bench
