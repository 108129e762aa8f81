#include "history.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "suite_example.hpp"

namespace carillon::bench::test {
namespace {

std::vector<Change> changes_since(const std::vector<SuiteReport>& past, const SuiteReport& now) {
    std::vector<HistoryLine> lines;
    lines.reserve(past.size());
    for (const SuiteReport& report : past) lines.push_back(history_line(report));
    return changes(now, lines);
}

TEST(History, KeepsMediansRatiosAndTheBaseline) {
    const HistoryLine line = history_line(suite_example(0.2, 3'000'000, 1.5));
    EXPECT_EQ(line["commit"], "abc");
    EXPECT_EQ(line["machine"]["cpu"], "A CPU");
    EXPECT_EQ(line["baseline"]["gathered-32"]["cpu_us"], 0.125);
    EXPECT_FALSE(line["baseline"].contains("io_uring-32"));
    EXPECT_EQ(line["figures"]["fan-out-32"]["server_us_per_delivery"]["median"], 0.2);
    EXPECT_EQ(line["figures"]["fan-out-32"]["server_us_per_delivery"]["ratio"], 1.6);
    EXPECT_FALSE(line["figures"]["latency"]["latency_p50_ms"].contains("ratio"));
}

TEST(History, TellsWhatChanged) {
    const auto found =
        changes_since({suite_example(0.2, 3'000'000, 2)}, suite_example(0.22, 2'400'000, 1));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_NEAR(found[0].by, 0.1, 1e-9);
    EXPECT_TRUE(found[0].of_ratio);
    EXPECT_FALSE(found[0].regressed);
    EXPECT_NEAR(found[1].by, -0.2, 1e-9);
    EXPECT_TRUE(found[1].regressed);
    EXPECT_NEAR(found[2].by, -0.5, 1e-9);
    EXPECT_FALSE(found[2].of_ratio);
    EXPECT_FALSE(found[2].regressed);
    EXPECT_EQ(to_text(found[1]),
              "fan-out-32        deliveries per second   -20.0 % of the ratio to the baseline, "
              "regressed\n");
    EXPECT_EQ(to_text(found[2]), "latency           latency p50             -50.0 %\n");
}

TEST(History, MoreThanFifteenPercentWorseIsRegressed) {
    const SuiteReport then = suite_example(1, 100, 1);
    for (const auto& found : {changes_since({then}, suite_example(1.14, 86, 1.14)),
                              changes_since({then}, suite_example(0.5, 200, 0.5))}) {
        for (const Change& change : found) EXPECT_FALSE(change.regressed) << to_text(change);
    }
    for (const Change& change : changes_since({then}, suite_example(1.16, 84, 1.16))) {
        EXPECT_TRUE(change.regressed) << to_text(change);
    }
}

TEST(History, ASlowerMachineIsNoRegression) {
    SuiteReport now = suite_example(0.4, 1'500'000, 1);
    for (SuiteFigure& figure : now.scenarios[0].figures) {
        const bool more_is_better = traits_of(figure.kind).more_is_better;
        figure.baseline_value = *figure.baseline_value * (more_is_better ? 0.5 : 2);
    }
    for (const Change& change : changes_since({suite_example(0.2, 3'000'000, 1)}, now)) {
        EXPECT_NEAR(change.by, 0, 1e-9) << to_text(change);
    }
}

TEST(History, ComparesWithTheLastOfItsKind) {
    SuiteReport other_machine = suite_example(9, 9, 9);
    other_machine.machine.cpu = "Another CPU";
    SuiteReport other_flusher = suite_example(9, 9, 9);
    other_flusher.flusher = "io_uring";
    SuiteReport only_latency = suite_example(9, 9, 2);
    only_latency.scenarios.erase(only_latency.scenarios.begin());
    const auto found = changes_since({suite_example(7, 7, 7), suite_example(0.2, 100, 7),
                                      only_latency, other_machine, other_flusher},
                                     suite_example(0.2, 100, 2));
    ASSERT_EQ(found.size(), 3U);
    for (const Change& change : found) EXPECT_NEAR(change.by, 0, 1e-9) << to_text(change);
    EXPECT_TRUE(changes_since({other_machine, other_flusher}, suite_example(1, 1, 1)).empty());
}

class HistoryFile : public testing::Test {
protected:
    ~HistoryFile() override { static_cast<void>(std::remove(name_.c_str())); }

    std::string name_ = testing::TempDir() + "carillon-history-" + std::to_string(::getpid());
};

TEST_F(HistoryFile, GrowsByALine) {
    EXPECT_TRUE(read_history(name_).empty());
    append_history(name_, history_line(suite_example(1, 1, 1)));
    append_history(name_, history_line(suite_example(2, 1, 1)));
    const auto lines = read_history(name_);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1], history_line(suite_example(2, 1, 1)));
}

TEST_F(HistoryFile, IsJsonLineByLine) {
    std::ofstream(name_) << "{}\n{\"commit\":\n";
    try {
        static_cast<void>(read_history(name_));
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string_view{error.what()}.find("line 2 of "), std::string_view::npos);
    }
}

TEST_F(HistoryFile, MayHoldWhatIsNoReport) {
    std::ofstream(name_) << "{}\n[]\n{\"machine\":3,\"figures\":4}\n";
    EXPECT_TRUE(changes(suite_example(1, 1, 1), read_history(name_)).empty());
}

}  // namespace
}  // namespace carillon::bench::test
