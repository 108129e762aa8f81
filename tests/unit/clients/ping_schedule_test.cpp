#include "carillon/clients/ping_schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace carillon {
namespace {

using namespace std::chrono_literals;
using Action = PingSchedule::Action;

class PingScheduleTest : public testing::Test {
protected:
    PingSchedule::Step at(Duration time) { return pings_.step(start_ + time, options_); }
    void receive_at(Duration time) { pings_.received(start_ + time); }

private:
    ConnectionOptions options_{.activity_timeout_seconds = 120, .pong_timeout_seconds = 30};
    TimePoint start_{1h};
    PingSchedule pings_{start_};
};

TEST_F(PingScheduleTest, PingsAfterTheActivityTimeoutOfSilence) {
    EXPECT_EQ(at(119s).action, Action::wait);
    EXPECT_EQ(at(119s).next, 1s);
    EXPECT_EQ(at(120s).action, Action::ping);
}

TEST_F(PingScheduleTest, WhatComesPutsThePingOff) {
    receive_at(100s);
    EXPECT_EQ(at(120s).action, Action::wait);
    EXPECT_EQ(at(120s).next, 100s);
    EXPECT_EQ(at(220s).action, Action::ping);
}

TEST_F(PingScheduleTest, GivesUpOnceThePongTimeoutIsOver) {
    EXPECT_EQ(at(120s).next, 30s);
    EXPECT_EQ(at(140s).action, Action::wait);
    EXPECT_EQ(at(140s).next, 10s);
    EXPECT_EQ(at(150s).action, Action::give_up);
}

TEST_F(PingScheduleTest, AnAnswerBeginsTheSilenceAnew) {
    ASSERT_EQ(at(120s).action, Action::ping);
    receive_at(125s);
    EXPECT_EQ(at(150s).action, Action::wait);
    EXPECT_EQ(at(150s).next, 95s);
    EXPECT_EQ(at(245s).action, Action::ping);
    EXPECT_EQ(at(275s).action, Action::give_up);
}

}  // namespace
}  // namespace carillon
