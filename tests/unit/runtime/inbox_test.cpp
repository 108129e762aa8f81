#include "carillon/runtime/inbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace carillon {
namespace {

using Numbers = Inbox<int>;

std::unique_ptr<Numbers::Batch> batch(std::vector<int> numbers, std::uint16_t from = 0) {
    auto made = std::make_unique<Numbers::Batch>();
    made->from = ShardId{from};
    made->bytes = numbers.size();
    made->messages = std::move(numbers);
    return made;
}

TEST(Inbox, GivesBatchesInTheOrderTheyCame) {
    Numbers inbox;
    EXPECT_EQ(inbox.take_all(), nullptr);
    EXPECT_TRUE(inbox.push(batch({1, 2})));
    EXPECT_FALSE(inbox.push(batch({3})));
    EXPECT_FALSE(inbox.push(batch({4})));
    std::vector<int> got;
    for (auto at = inbox.take_all(); at; at = std::move(at->next)) {
        got.insert(got.end(), at->messages.begin(), at->messages.end());
    }
    EXPECT_EQ(got, (std::vector{1, 2, 3, 4}));
    EXPECT_TRUE(inbox.push(batch({5})));
}

TEST(Inbox, CountsBytesUntilTheyAreReleased) {
    Numbers inbox;
    static_cast<void>(inbox.push(batch({1, 2})));
    static_cast<void>(inbox.push(batch({3})));
    EXPECT_EQ(inbox.bytes(), 3U);
    const auto taken = inbox.take_all();
    EXPECT_EQ(inbox.bytes(), 3U);
    inbox.release(taken->bytes);
    EXPECT_EQ(inbox.bytes(), 1U);
}

TEST(Inbox, KeepsEachSendersOrderUnderContention) {
    constexpr int senders = 4;
    constexpr int batches = 20'000;
    Numbers inbox;
    std::vector<std::thread> threads;
    for (std::uint16_t sender = 0; sender < senders; ++sender) {
        threads.emplace_back([&inbox, sender] {
            for (int i = 0; i < batches; ++i) static_cast<void>(inbox.push(batch({i}, sender)));
        });
    }
    std::array<int, senders> next{};
    int received = 0;
    while (received < senders * batches) {
        for (auto at = inbox.take_all(); at; at = std::move(at->next)) {
            const auto from = static_cast<std::size_t>(at->from);
            ASSERT_EQ(at->messages.front(), next[from]++);
            ++received;
        }
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(inbox.take_all(), nullptr);
}

}  // namespace
}  // namespace carillon
