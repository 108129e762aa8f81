#include "carillon/runtime/timer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "carillon/runtime/event_loop.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;

class TimerTest : public ::testing::Test {
protected:
    /// Runs all handlers, timers that have been started included.
    void run() { loop.context().run(); }

    ShardMetrics metrics;
    EventLoop loop{metrics};
    std::string trace;
};

TEST_F(TimerTest, CallsOnceAndNotEarlyWithTheTimeRefreshed) {
    const TimePoint begin = std::chrono::steady_clock::now();
    Timer timer(loop);
    timer.start(5ms, [&] {
        trace += "a";
        EXPECT_GE(loop.now(), begin + 5ms);
    });
    run();
    EXPECT_EQ(trace, "a");
}

TEST_F(TimerTest, StartsAnewWithTheLastCallback) {
    Timer timer(loop);
    timer.start(0ms, [&] { trace += "a"; });
    timer.start(1ms, [&] { trace += "b"; });
    run();
    EXPECT_EQ(trace, "b");
}

TEST_F(TimerTest, MayBeStartedFromItsOwnCallback) {
    Timer timer(loop);
    timer.start(0ms, [&] {
        trace += "a";
        timer.start(0ms, [&] { trace += "b"; });
    });
    run();
    EXPECT_EQ(trace, "ab");
}

/// Both have expired when the first is called, so Asio has queued the second call already.
TEST_F(TimerTest, IsNotCalledOnceCancelledOrDestroyedEvenIfItsTimeHasCome) {
    Timer first(loop);
    Timer cancelled(loop);
    auto destroyed = std::make_unique<Timer>(loop);
    first.start(0ms, [&] {
        trace += "a";
        cancelled.cancel();
        destroyed.reset();
    });
    cancelled.start(0ms, [&] { trace += "b"; });
    destroyed->start(0ms, [&] { trace += "c"; });
    run();
    EXPECT_EQ(trace, "a");
}

TEST_F(TimerTest, MayOutliveTheRunOfItsLoop) {
    Timer timer(loop);
    timer.start(1h, [&] { trace += "a"; });
    loop.context().poll();
    EXPECT_EQ(trace, "");
}

TEST_F(TimerTest, PostedWorkHasTheTimeRefreshed) {
    const TimePoint before = loop.now();
    loop.post([&] { trace += loop.now() > before ? "a" : "stale"; });
    run();
    EXPECT_EQ(trace, "a");
}

}  // namespace
}  // namespace carillon
