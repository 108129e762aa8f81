#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "life.hpp"

namespace carillon::sim {
namespace {

using ::testing::IsEmpty;

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        const Plan plan = make_plan(seed, {.minutes = 1});
        const std::string trace = trace_of(live(plan));
        EXPECT_EQ(trace, trace_of(live(plan))) << seed;
        EXPECT_NE(trace, trace_of(live(make_plan(seed + 100, {.minutes = 1}))));
    }
}

TEST(Simulation, NothingIsWrongWithoutFaults) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Life life = live(make_plan(seed, {.minutes = 1, .faults_at_once = 0}));
        EXPECT_THAT(text_of(life.violations), IsEmpty()) << seed;
    }
}

TEST(Simulation, APlanThatDoesNotFailIsLeftAsItIs) {
    const Plan plan = make_plan(1, {.minutes = 1});
    EXPECT_EQ(shrink(plan, "no such check", 3).steps.size(), plan.steps.size());
}

}  // namespace
}  // namespace carillon::sim
