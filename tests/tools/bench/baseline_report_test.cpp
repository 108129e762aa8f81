#include "baseline_report.hpp"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

namespace carillon::bench::test {
namespace {

BaselineReport example() {
    const std::array sends{Window{1, 900'000'000, 600'000, 0}, Window{1, 800'000'000, 400'000, 0},
                           Window{2, 500'000'000, 1'000'000, 0}};
    const std::array accepts{Window{0.5, 100'000'000, 10'000, 800'000}};
    BaselineReport report;
    report.cores = {2, 3};
    report.seconds = 1;
    report.frame_bytes = 195;
    report.figures.push_back(baseline_figure("send-1", "delivery", sends));
    report.figures.push_back(baseline_figure("accept", "connection", accepts));
    report.figures.push_back({"io_uring-1", "delivery", {}, {}, {}, "built without liburing"});
    return report;
}

TEST(BaselineReport, HasMediansOfWindows) {
    const BaselineReport report = example();
    const BaselineFigure* const send = report.find("send-1");
    ASSERT_NE(send, nullptr);
    EXPECT_DOUBLE_EQ(send->cpu_us.median, 1.5);
    EXPECT_DOUBLE_EQ(send->cpu_us.lowest, 0.5);
    EXPECT_DOUBLE_EQ(send->cpu_us.highest, 2);
    EXPECT_DOUBLE_EQ(send->per_second.median, 500'000);
    EXPECT_FALSE(send->resident_bytes);
    ASSERT_NE(report.find("accept"), nullptr);
    EXPECT_DOUBLE_EQ(report.find("accept")->resident_bytes.value().median, 80);
}

TEST(BaselineReport, FindsOnlyWhatThereIs) {
    EXPECT_EQ(example().find("io_uring-1"), nullptr);
    EXPECT_EQ(example().find("send"), nullptr);
}

TEST(BaselineReport, IsATable) {
    const std::string text = to_text(example());
    EXPECT_NE(
        text.find(
            "send-1          1.500 µs of CPU per delivery (0.500 – 2.000), 500000 per second\n"),
        text.npos)
        << text;
    EXPECT_NE(
        text.find("accept          10.000 µs of CPU per connection (10.000 – 10.000), 20000 per "
                  "second, 80 bytes resident each\n"),
        text.npos)
        << text;
    EXPECT_NE(text.find("io_uring-1      not available: built without liburing\n"), text.npos);
}

TEST(BaselineReport, IsJson) {
    const auto json = to_json(example());
    EXPECT_EQ(json["core"], 2);
    EXPECT_EQ(json["frame_bytes"], 195);
    EXPECT_EQ(json["figures"]["send-1"]["cpu_us"]["median"], 1.5);
    EXPECT_EQ(json["figures"]["accept"]["resident_bytes"]["median"], 80);
    EXPECT_EQ(json["figures"]["io_uring-1"]["unavailable"], "built without liburing");
    EXPECT_FALSE(json["figures"]["io_uring-1"].contains("cpu_us"));
}

}  // namespace
}  // namespace carillon::bench::test
