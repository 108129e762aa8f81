#pragma once

#include "suite_report.hpp"

namespace carillon::bench::test {

/// One scenario with a baseline, whose CPU per delivery and deliveries per second are these, and
/// one without.
inline SuiteReport suite_example(double cpu_us, double per_second, double latency_ms) {
    SuiteReport report;
    report.date = "2026-11-21T10:00:00Z";
    report.commit = "abc";
    report.flusher = "gathered";
    report.machine = {"A CPU", "6.1", 2};
    report.runs = 3;
    report.seconds = 3;
    report.baseline.figures.push_back(
        {"gathered-32", "delivery", {0.125, 0.1, 0.2}, {4'000'000, 1, 1}, {}, {}});
    report.baseline.figures.push_back({"io_uring-32", "delivery", {}, {}, {}, "no"});
    ScenarioReport fan_out;
    fan_out.name = "fan-out-32";
    fan_out.figures = {{FigureKind::cpu_per_delivery,
                        {cpu_us, cpu_us / 2, cpu_us * 2},
                        0.22,
                        "gathered-32",
                        0.125},
                       {FigureKind::deliveries_per_second,
                        {per_second, per_second, per_second},
                        3'500'000,
                        "gathered-32",
                        4'000'000}};
    ScenarioReport latency;
    latency.name = "latency";
    latency.figures = {{FigureKind::latency_p50, {latency_ms, latency_ms, latency_ms}, {}, "", {}}};
    report.scenarios = {fan_out, latency};
    return report;
}

}  // namespace carillon::bench::test
