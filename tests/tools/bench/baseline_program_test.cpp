#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nothing_left.hpp"
#include "program.hpp"

namespace carillon::bench::test {
namespace {

using BaselineProgram = NothingLeft;

TEST_F(BaselineProgram, MeasuresEverything) {
    Program program({CARILLON_BENCH_BINARY, "baseline", "--duration", "0.05", "--json", "-"},
                    STDOUT_FILENO);
    const auto report = nlohmann::json::parse(program.read_all(), nullptr, false);
    EXPECT_EQ(program.wait(), 0);
    ASSERT_TRUE(report.is_object());
    const auto& figures = report["figures"];
    for (const char* const name :
         {"send-1", "gathered-8", "gathered-32", "accept", "http", "http-close"}) {
        ASSERT_TRUE(figures.contains(name)) << name;
        EXPECT_GT(figures[name]["cpu_us"]["lowest"], 0) << name;
        EXPECT_GT(figures[name]["per_second"]["lowest"], 0) << name;
    }
    for (const char* const name : {"io_uring-1", "io_uring-8", "io_uring-32"}) {
        ASSERT_TRUE(figures.contains(name)) << name;
        EXPECT_TRUE(figures[name].contains("unavailable") || figures[name]["cpu_us"]["lowest"] > 0);
    }
}

TEST_F(BaselineProgram, LeavesNothingBehindWhenInterrupted) {
    Program program({CARILLON_BENCH_BINARY, "baseline", "--duration", "60"}, STDERR_FILENO);
    program.read_until("send-1");
    program.kill(SIGINT);
    program.read_all();
    EXPECT_EQ(program.wait(), 2);
}

}  // namespace
}  // namespace carillon::bench::test
