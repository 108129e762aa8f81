#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "scenario.hpp"

namespace carillon::bench::test {
namespace {

TEST(Scenarios, CanBeRun) {
    std::set<std::string_view> names;
    for (const Scenario& scenario : all_scenarios()) {
        EXPECT_TRUE(names.insert(scenario.name).second) << scenario.name;
        EXPECT_NO_THROW(validate(scenario.options)) << scenario.name;
        EXPECT_FALSE(scenario.goals.empty()) << scenario.name;
    }
}

TEST(Scenarios, HaveABaselineThatIsMeasured) {
    const std::set<std::string_view> baselines{
        "",           "send-1",      "gathered-8", "gathered-32", "io_uring-1",
        "io_uring-8", "io_uring-32", "accept",     "http",        "http-close"};
    for (const Scenario& scenario : all_scenarios()) {
        for (const Goal& goal : scenario.goals) {
            EXPECT_TRUE(baselines.contains(goal.with(Flusher::gathered).baseline)) << scenario.name;
            EXPECT_TRUE(baselines.contains(goal.with(Flusher::io_uring).baseline)) << scenario.name;
        }
    }
}

TEST(Scenarios, AreAllOrThoseNamed) {
    EXPECT_EQ(choose_scenarios({}).size(), all_scenarios().size());
    const auto chosen = choose_scenarios({"idle", "fan-out-8"});
    ASSERT_EQ(chosen.size(), 2U);
    EXPECT_EQ(chosen[0]->name, "fan-out-8");
    EXPECT_EQ(chosen[1]->name, "idle");
    EXPECT_THROW(static_cast<void>(choose_scenarios({"idle", "fan-out"})), std::invalid_argument);
}

}  // namespace
}  // namespace carillon::bench::test
