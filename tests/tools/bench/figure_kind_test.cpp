#include "figure_kind.hpp"

#include <gtest/gtest.h>

namespace carillon::bench::test {
namespace {

TEST(FigureKind, IsWrittenForPeople) {
    EXPECT_EQ(figure_text(FigureKind::cpu_per_delivery, 2.67), "2.670 µs");
    EXPECT_EQ(figure_text(FigureKind::latency_p99, 3.456), "3.46 ms");
    EXPECT_EQ(number_text(FigureKind::latency_p99, 3.456), "3.46");
    for (const auto& [value, text] :
         std::vector<std::pair<double, const char*>>{{0, "0"},
                                                     {999.4, "999"},
                                                     {1000, "1,000"},
                                                     {26'000, "26,000"},
                                                     {3'500'000, "3,500,000"},
                                                     {-100, "-100"},
                                                     {-1234, "-1,234"}}) {
        EXPECT_EQ(figure_text(FigureKind::events_per_second, value), text);
    }
}

TEST(FigureKind, IsReadFromARun) {
    BenchReport report;
    report.measured.server.cpu_ns = 3'000'000;
    report.measured.deliveries = 1000;
    report.measured.events = 10;
    report.measured.seconds = 0.5;
    report.subscribers.ready = 100;
    report.connecting.seconds = 0.25;
    report.connecting.server.resident_bytes = 90'000;
    report.resident_before = 10'000;
    report.latencies.record(2'000'000);
    EXPECT_DOUBLE_EQ(value_of(FigureKind::cpu_per_delivery, report), 3);
    report.measured.machine_cpu_ns = 9'000'000;
    report.measured.own_cpu_seconds = 0.005;
    EXPECT_DOUBLE_EQ(value_of(FigureKind::all_cpu_per_delivery, report), 4);
    EXPECT_DOUBLE_EQ(value_of(FigureKind::deliveries_per_second, report), 2000);
    EXPECT_DOUBLE_EQ(value_of(FigureKind::events_per_second, report), 20);
    EXPECT_DOUBLE_EQ(value_of(FigureKind::connections_per_second, report), 400);
    EXPECT_NEAR(value_of(FigureKind::latency_p50, report), 2, 0.02);
    EXPECT_NEAR(value_of(FigureKind::latency_p99, report), 2, 0.02);
    EXPECT_DOUBLE_EQ(value_of(FigureKind::bytes_per_connection, report), 800);
}

TEST(FigureKind, CountsBytesAfterIdlingIfThereIsThat) {
    BenchReport report;
    report.options.idle_seconds = 1;
    report.subscribers.ready = 10;
    report.connecting.server.resident_bytes = 90'000;
    report.idling.server.resident_bytes = 5000;
    EXPECT_DOUBLE_EQ(value_of(FigureKind::bytes_per_connection, report), 500);
}

TEST(FigureKind, OfARunThatDidNothingIsZero) {
    EXPECT_EQ(value_of(FigureKind::cpu_per_delivery, BenchReport{}), 0);
    EXPECT_EQ(value_of(FigureKind::events_per_second, BenchReport{}), 0);
    EXPECT_EQ(value_of(FigureKind::bytes_per_connection, BenchReport{}), 0);
}

TEST(FigureKind, HasTheBaselineOfItsDimension) {
    BaselineFigure baseline{"accept", "connection", {2, 1, 3}, {5000, 4000, 6000}, {}, {}};
    EXPECT_EQ(value_of(FigureKind::cpu_per_delivery, baseline), 2);
    EXPECT_EQ(value_of(FigureKind::connections_per_second, baseline), 5000);
    EXPECT_EQ(value_of(FigureKind::latency_p50, baseline), std::nullopt);
    EXPECT_EQ(value_of(FigureKind::bytes_per_connection, baseline), std::nullopt);
    baseline.resident_bytes = {80, 80, 80};
    EXPECT_EQ(value_of(FigureKind::bytes_per_connection, baseline), 80);
}

}  // namespace
}  // namespace carillon::bench::test
