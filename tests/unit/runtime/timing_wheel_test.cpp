#include "carillon/runtime/timing_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{5h};

struct Alarm final : Timeout {
    std::function<void(TimePoint)> action = [this](TimePoint now) { fired_at.push_back(now); };
    std::vector<TimePoint> fired_at;
    void on_timeout(TimePoint now) override { action(now); }
};

TEST(TimingWheel, FiresOnceNeverEarlyAndWithinATick) {
    TimingWheel wheel(start);
    Alarm alarm;
    wheel.schedule(alarm, start + 250ms);
    wheel.advance(start + 249ms);
    EXPECT_TRUE(alarm.fired_at.empty());
    wheel.advance(start + 300ms);
    wheel.advance(start + 10s);
    EXPECT_EQ(alarm.fired_at, std::vector{start + 300ms});
    EXPECT_TRUE(wheel.empty());
}

TEST(TimingWheel, KeepsTimesBeyondItsRevolution) {
    TimingWheel wheel(start);
    Alarm alarm;
    wheel.schedule(alarm, start + 1h);
    for (auto at = start; at < start + 1h; at += 77ms) wheel.advance(at);
    EXPECT_TRUE(alarm.fired_at.empty());
    wheel.advance(start + 1h);
    EXPECT_EQ(alarm.fired_at.size(), 1U);
}

TEST(TimingWheel, ALongStandstillFiresAllThatIsDueAndNoMore) {
    TimingWheel wheel(start);
    std::vector<Alarm> alarms(2000);
    for (std::size_t i = 0; i < alarms.size(); ++i) wheel.schedule(alarms[i], start + i * 100ms);
    wheel.advance(start + 150s);
    for (std::size_t i = 0; i < alarms.size(); ++i) {
        EXPECT_EQ(alarms[i].fired_at.size(), i <= 1500 ? 1U : 0U) << i;
    }
}

TEST(TimingWheel, ReschedulingMovesAndCancellingRemoves) {
    TimingWheel wheel(start);
    Alarm moved;
    Alarm cancelled;
    wheel.schedule(moved, start + 1s);
    wheel.schedule(moved, start + 3s);
    wheel.schedule(cancelled, start + 1s);
    cancelled.cancel();
    wheel.advance(start + 2s);
    EXPECT_TRUE(moved.fired_at.empty());
    wheel.advance(start + 3s);
    EXPECT_EQ(moved.fired_at.size(), 1U);
    EXPECT_TRUE(cancelled.fired_at.empty());
}

TEST(TimingWheel, ATimeoutMayDestroyAnotherThatIsDueAtTheSameTime) {
    TimingWheel wheel(start);
    Alarm first;
    auto second = std::make_unique<Alarm>();
    first.action = [&](TimePoint) { second.reset(); };
    wheel.schedule(first, start + 1s);
    wheel.schedule(*second, start + 1s);
    wheel.advance(start + 2s);
    EXPECT_EQ(second, nullptr);
    EXPECT_TRUE(wheel.empty());
}

TEST(TimingWheel, ATimeoutMayArmItselfAgain) {
    TimingWheel wheel(start);
    Alarm alarm;
    int fired = 0;
    alarm.action = [&](TimePoint now) {
        ++fired;
        wheel.schedule(alarm, now + 1s);
    };
    wheel.schedule(alarm, start + 1s);
    for (auto at = start; at <= start + 10s; at += 100ms) wheel.advance(at);
    EXPECT_EQ(fired, 10);
}

}  // namespace
}  // namespace carillon
