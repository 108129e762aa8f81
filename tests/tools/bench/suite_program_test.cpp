#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nothing_left.hpp"
#include "program.hpp"

namespace carillon::bench::test {
namespace {

class SuiteProgram : public NothingLeft {
protected:
    ~SuiteProgram() override { static_cast<void>(std::remove(history_.c_str())); }

    /// `runs` of the first scenario, each of `seconds`.
    static std::vector<std::string> command(const char* runs, const char* seconds,
                                            const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{
            CARILLON_BENCH_BINARY, "suite",     "--server", CARILLON_BINARY,
            "--scenario",          "fan-out-1", "--runs",   runs,
            "--duration",          seconds,     "--json",   "-"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    std::string history_ = testing::TempDir() + "carillon-suite-" + std::to_string(::getpid());
};

TEST_F(SuiteProgram, MeasuresAScenario) {
    for (const std::size_t lines : {1U, 2U}) {
        Program program(command("1", "0.1", {"--history", history_, "--commit", "abc"}),
                        STDOUT_FILENO);
        const auto report = nlohmann::json::parse(program.read_all(), nullptr, false);
        EXPECT_EQ(program.wait(), 0);
        ASSERT_TRUE(report.is_object());
        EXPECT_EQ(report["clean"], true);
        EXPECT_EQ(report["commit"], "abc");
        ASSERT_EQ(report["scenarios"].size(), 1U);
        const auto& figure = report["scenarios"][0]["figures"][0];
        EXPECT_EQ(figure["figure"], "server_us_per_delivery");
        EXPECT_GT(figure["median"], 0);
        EXPECT_GT(figure["ratio"], 0);
        std::ifstream file(history_);
        std::size_t found = 0;
        for (std::string line; std::getline(file, line); ++found) {
            EXPECT_TRUE(nlohmann::json::accept(line));
        }
        EXPECT_EQ(found, lines);
    }
}

TEST_F(SuiteProgram, LeavesNothingBehindWhenInterrupted) {
    for (const char* const at : {"baseline: send-1", "connecting", "measuring"}) {
        Program program(command("1000", "0.01"), STDERR_FILENO);
        program.read_until(at);
        program.kill(SIGINT);
        program.read_all();
        EXPECT_EQ(program.wait(), 2) << at;
    }
}

TEST_F(SuiteProgram, SaysThatTheServerDoesNotStart) {
    Program program(command("1", "0.01", {"--server-arg=--no-such-flag"}), STDERR_FILENO);
    EXPECT_NE(program.read_all().find("the server did not start"), std::string::npos);
    EXPECT_EQ(program.wait(), 2);
}

}  // namespace
}  // namespace carillon::bench::test
