#include "suite_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "suite_example.hpp"

namespace carillon::bench::test {
namespace {

SuiteFigure figure(FigureKind kind, double median, std::optional<double> target) {
    return {kind, {median, median, median}, target, "", {}};
}

TEST(SuiteFigure, MeetsATargetFromTheRightSide) {
    EXPECT_EQ(figure(FigureKind::cpu_per_delivery, 2.9, 2.9).is_met(), true);
    EXPECT_EQ(figure(FigureKind::cpu_per_delivery, 2.91, 2.9).is_met(), false);
    EXPECT_EQ(figure(FigureKind::events_per_second, 26'000, 26'000).is_met(), true);
    EXPECT_EQ(figure(FigureKind::events_per_second, 25'999, 26'000).is_met(), false);
    EXPECT_EQ(figure(FigureKind::events_per_second, 1, std::nullopt).is_met(), std::nullopt);
}

TEST(SuiteFigure, MeetsATargetThatIsRelativeToTheBaseline) {
    SuiteFigure cpu = figure(FigureKind::cpu_per_delivery, 3, std::nullopt);
    cpu.ratio_max = 1.5;
    EXPECT_EQ(cpu.is_met(), std::nullopt) << "without a baseline";
    cpu.baseline_value = 2;
    EXPECT_EQ(cpu.is_met(), true);
    cpu.baseline_value = 1.99;
    EXPECT_EQ(cpu.is_met(), false);
}

TEST(SuiteFigure, HasARatioToTheBaselineIfThereIsOne) {
    SuiteFigure cpu = figure(FigureKind::cpu_per_delivery, 3, 2.9);
    EXPECT_EQ(cpu.ratio(), std::nullopt);
    cpu.baseline_value = 2;
    EXPECT_EQ(cpu.ratio(), 1.5);
    cpu.baseline_value = 0;
    EXPECT_EQ(cpu.ratio(), std::nullopt);
}

TEST(SuiteReport, IsText) {
    const SuiteReport report = suite_example(0.2, 3'000'000, 1.5);
    EXPECT_EQ(to_text(report.scenarios[0]),
              "fan-out-32        server CPU per delivery 0.200 µs (0.100 – 0.400); target at most "
              "0.220 µs, met; 1.60 × gathered-32\n"
              "fan-out-32        deliveries per second   3,000,000 (3,000,000 – 3,000,000); target "
              "at least 3,500,000, missed; 0.75 × gathered-32\n");
    EXPECT_EQ(to_text(report.scenarios[1]),
              "latency           latency p50             1.50 ms (1.50 – 1.50); target –; –\n");
}

TEST(SuiteReport, SaysWhatItsFiguresAreWorth) {
    SuiteReport report = suite_example(0.2, 3'000'000, 1.5);
    EXPECT_TRUE(report.is_clean());
    report.scenarios[1].generator_bound = true;
    EXPECT_NE(to_text(report.scenarios[1]).find("the generator was the limit"), std::string::npos);
    report.scenarios[1].clean = false;
    EXPECT_FALSE(report.is_clean());
    EXPECT_NE(to_markdown(report).find("events or connections were lost"), std::string::npos);
}

TEST(SuiteReport, IsAMarkdownTable) {
    EXPECT_EQ(
        to_markdown(suite_example(0.2, 3'000'000, 1.5)),
        R"(2026-11-21T10:00:00Z, commit abc; flusher gathered; A CPU, 2 cores, Linux 6.1; medians (lowest – highest) of 3 runs of 3 s.

| Scenario | Figure | Target | Ratio to baseline |
| --- | --- | --- | --- |
| fan-out-32 | server CPU per delivery: 0.200 µs (0.100 – 0.400) | at most 0.220 µs, met | 1.60 × gathered-32 |
| fan-out-32 | deliveries per second: 3,000,000 (3,000,000 – 3,000,000) | at least 3,500,000, missed | 0.75 × gathered-32 |
| latency | latency p50: 1.50 ms (1.50 – 1.50) | – | – |

| Baseline | CPU each | Per second |
| --- | --- | --- |
| gathered-32, per delivery | 0.125 µs | 4,000,000 |
)");
}

TEST(SuiteReport, IsJson) {
    const auto json = to_json(suite_example(0.2, 3'000'000, 1.5));
    EXPECT_EQ(json["commit"], "abc");
    EXPECT_EQ(json["machine"]["cores"], 2);
    EXPECT_EQ(json["baseline"]["figures"]["gathered-32"]["cpu_us"]["median"], 0.125);
    const auto& fan_out = json["scenarios"][0];
    EXPECT_EQ(fan_out["name"], "fan-out-32");
    EXPECT_EQ(fan_out["options"]["connections"], 1000);
    const auto& cpu = fan_out["figures"][0];
    EXPECT_EQ(cpu["figure"], "server_us_per_delivery");
    EXPECT_EQ(cpu["median"], 0.2);
    EXPECT_EQ(cpu["highest"], 0.4);
    EXPECT_EQ(cpu["target"], 0.22);
    EXPECT_EQ(cpu["met"], true);
    EXPECT_EQ(cpu["ratio"], 1.6);
    EXPECT_EQ(fan_out["figures"][1]["met"], false);
    EXPECT_TRUE(json["scenarios"][1]["figures"][0]["target"].is_null());
    EXPECT_TRUE(json["scenarios"][1]["figures"][0]["ratio"].is_null());
}

}  // namespace
}  // namespace carillon::bench::test
