#include "carillon/channels/publish_budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace carillon {
namespace {

TEST(PublishBudget, AcceptsUpToItsLimit) {
    PublishBudget budget(100);
    EXPECT_TRUE(budget.reserve(60));
    EXPECT_FALSE(budget.reserve(41));
    EXPECT_EQ(budget.used(), 60U) << "a refusal takes nothing";
    EXPECT_TRUE(budget.reserve(40));
    EXPECT_FALSE(budget.reserve(1));
    EXPECT_EQ(budget.used(), 100U);
}

TEST(PublishBudget, AcceptsAgainWhatWasReturned) {
    PublishBudget budget(100);
    ASSERT_TRUE(budget.reserve(100));
    budget.release(30);
    EXPECT_FALSE(budget.reserve(31));
    EXPECT_TRUE(budget.reserve(30));
}

TEST(PublishBudget, AcceptsAnOversizedPublishAlone) {
    PublishBudget budget(100);
    EXPECT_TRUE(budget.reserve(101));
    EXPECT_FALSE(budget.reserve(1));
    budget.release(101);
    EXPECT_TRUE(budget.reserve(1));
    EXPECT_FALSE(budget.reserve(101));
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
                if (budget.reserve(bytes * 150)) budget.release(bytes * 150);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace carillon
