#include "carillon/runtime/turn_length.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::chrono_literals;

TEST(TurnLength, IsThatOfTheFlushesBeforeIt) {
    TurnLength length;
    length.add(8ms);
    length.add(9ms);
    EXPECT_EQ(length.intake(), 8ms);
    length.add(2ms);
    EXPECT_EQ(length.intake(), 2ms);
}

TEST(TurnLength, HasBounds) {
    TurnLength length;
    EXPECT_EQ(length.intake(), TurnLength::intake_min);
    length.add(1us);
    length.add(1us);
    EXPECT_EQ(length.intake(), TurnLength::intake_min);
    length.add(10s);
    length.add(10s);
    EXPECT_EQ(length.intake(), TurnLength::intake_max);
}

TEST(TurnLength, IsNotStretchedByOneFlushThatTheMachineInterrupted) {
    TurnLength length;
    length.add(1ms);
    length.add(1ms);
    length.add(40ms);
    EXPECT_EQ(length.intake(), 1ms);
    length.add(1ms);
    EXPECT_EQ(length.intake(), 1ms);
}

/// A shard that always has work ready, on a machine where `publish` takes one event in and queues
/// it, and `flush` writes to all subscribers, whatever is queued.
struct Machine {
    Duration publish;
    Duration flush;

    /// Which part of its time it flushes, once it has settled.
    double flushing() const {
        TurnLength length;
        Duration taking{};
        Duration flushed{};
        for (int turn = 0; turn < 20; ++turn) {
            const auto events = std::max<Duration::rep>(1, length.intake() / publish);
            if (turn >= 10) {
                taking += events * publish;
                flushed += flush;
            }
            length.add(flush);
        }
        return static_cast<double>(flushed.count()) /
               static_cast<double>((taking + flushed).count());
    }
};

TEST(TurnLength, LeavesAtLeastHalfOfTheTimeForWorkBelowTheBound) {
    for (const int subscribers : {10, 1000, 15000}) {
        for (const int slowness : {1, 3}) {
            const Machine machine{slowness * (20us + subscribers * 50ns),
                                  slowness * subscribers * 1000ns};
            if (machine.flush > TurnLength::intake_max) continue;
            // One event more or less, of those that fit.
            EXPECT_LE(machine.flushing(), 0.55) << subscribers << " x" << slowness;
        }
    }
}

}  // namespace
}  // namespace carillon
