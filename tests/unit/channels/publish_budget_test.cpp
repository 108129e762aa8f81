#include "carillon/channels/publish_budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace carillon {
namespace {

TEST(PublishBudget, TakesUpToItsLast) {
    PublishBudget budget(100);
    EXPECT_TRUE(budget.take(60));
    EXPECT_FALSE(budget.take(41));
    EXPECT_EQ(budget.used(), 60U) << "a refusal takes nothing";
    EXPECT_TRUE(budget.take(40));
    EXPECT_FALSE(budget.take(1));
    EXPECT_EQ(budget.used(), 100U);
}

TEST(PublishBudget, HasRoomForWhatWasGivenBack) {
    PublishBudget budget(100);
    ASSERT_TRUE(budget.take(100));
    budget.give_back(30);
    EXPECT_FALSE(budget.take(31));
    EXPECT_TRUE(budget.take(30));
}

TEST(PublishBudget, TakesSomethingLargerThanAllIfItIsAlone) {
    PublishBudget budget(100);
    EXPECT_TRUE(budget.take(101));
    EXPECT_FALSE(budget.take(1));
    budget.give_back(101);
    EXPECT_TRUE(budget.take(1));
    EXPECT_FALSE(budget.take(101));
}

TEST(PublishBudget, CountsTextNameAndBookkeeping) {
    const std::size_t empty = PublishBudget::cost("", "");
    EXPECT_GT(empty, 0U);
    EXPECT_EQ(PublishBudget::cost("news", "0123456789"), empty + 14);
}

TEST(PublishBudget, LosesNothingBetweenThreads) {
    PublishBudget budget(1000);
    std::vector<std::thread> threads;
    for (std::size_t bytes = 1; bytes <= 4; ++bytes) {
        threads.emplace_back([&budget, bytes] {
            for (int i = 0; i < 10'000; ++i) {
                if (budget.take(bytes * 150)) budget.give_back(bytes * 150);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace carillon
