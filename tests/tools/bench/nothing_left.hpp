#pragma once

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <thread>

namespace carillon::bench::test {

/// Tests of programs that measure with two processes, and must not leave one behind: what they
/// leave becomes a child of this process.
class NothingLeft : public testing::Test {
protected:
    void SetUp() override {
        if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "needs two cores";
        ::prctl(PR_SET_CHILD_SUBREAPER, 1UL);
    }
    void TearDown() override {
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
        EXPECT_EQ(errno, ECHILD) << "a process is left";
    }
};

}  // namespace carillon::bench::test
