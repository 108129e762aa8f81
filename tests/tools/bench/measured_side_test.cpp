#include "measured_side.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "cores.hpp"

namespace carillon::bench::test {
namespace {

class MeasuredSides : public testing::Test {
protected:
    std::vector<Window> run(const MeasuredSide::Measure& measure) {
        MeasuredSide side(allowed_cores().front(), measure);
        ReadySet ready;
        return side.serve(ready, interrupted_, [this] { ++turns_; });
    }
    void TearDown() override {
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
        EXPECT_EQ(errno, ECHILD) << "a child is left";
    }

    std::atomic<bool> interrupted_{false};
    int turns_ = 0;
};

TEST_F(MeasuredSides, ReportWhatTheyMeasured) {
    const auto windows = run([] { return std::vector<Window>{{1.5, 2, 3, 4}, {0.5, 6, 7, 8}}; });
    ASSERT_EQ(windows.size(), 2U);
    EXPECT_EQ(windows[0].seconds, 1.5);
    EXPECT_EQ(windows[0].operations, 3U);
    EXPECT_EQ(windows[1].cpu_ns, 6);
    EXPECT_EQ(windows[1].resident_bytes, 8);
    EXPECT_GT(turns_, 0);
}

TEST_F(MeasuredSides, SayWhatFailed) {
    const auto fail = []() -> std::vector<Window> { throw std::runtime_error("no socket"); };
    try {
        run(fail);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "no socket");
    }
}

TEST_F(MeasuredSides, MayDie) {
    const auto die = []() -> std::vector<Window> {
        ::raise(SIGKILL);
        return {};
    };
    EXPECT_THROW(run(die), std::runtime_error);
}

TEST_F(MeasuredSides, AreEndedByAnInterruption) {
    interrupted_ = true;
    const auto stay = []() -> std::vector<Window> {
        while (true) ::pause();
    };
    EXPECT_THROW(run(stay), std::runtime_error);
}

}  // namespace
}  // namespace carillon::bench::test
