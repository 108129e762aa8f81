#include "delivery_ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <random>
#include <set>
#include <vector>

namespace carillon::bench::test {
namespace {

using Arrival = DeliveryLedger::Arrival;

struct Tally {
    std::uint64_t in_order = 0, late = 0, duplicate = 0;
    friend bool operator==(const Tally&, const Tally&) = default;
};

Tally record(DeliveryLedger& ledger, std::initializer_list<std::uint32_t> sequences) {
    Tally tally;
    for (const std::uint32_t sequence : sequences) {
        const Arrival arrival = ledger.record(0, 0, sequence);
        ++(arrival == Arrival::in_order ? tally.in_order
           : arrival == Arrival::late   ? tally.late
                                        : tally.duplicate);
    }
    return tally;
}

TEST(DeliveryLedger, TakesWhatComesInOrder) {
    DeliveryLedger ledger(1, 1);
    EXPECT_EQ(record(ledger, {0, 1, 2, 3}), (Tally{4, 0, 0}));
    EXPECT_EQ(ledger.lost(0, 0, 4), 0U);
}

TEST(DeliveryLedger, CountsWhatNeverCame) {
    DeliveryLedger ledger(1, 1);
    EXPECT_EQ(record(ledger, {1, 2, 5}), (Tally{3, 0, 0}));
    EXPECT_EQ(ledger.lost(0, 0, 6), 3U);  // 0, 3, 4
    EXPECT_EQ(ledger.lost(0, 0, 8), 5U);  // and 6, 7
    EXPECT_EQ(ledger.lost(0, 0, 4), 2U);  // Only the first four were published.
}

TEST(DeliveryLedger, ExcusesWhatNoSubscriberMayExpect) {
    DeliveryLedger ledger(1, 1);
    record(ledger, {0, 2, 5});
    constexpr std::array<std::uint32_t, 4> unsure{0, 1, 3, 7};
    EXPECT_EQ(ledger.lost(0, 0, 8, unsure), 2U);  // 4 and 6
}

TEST(DeliveryLedger, TellsLateFromDuplicate) {
    DeliveryLedger ledger(1, 1);
    EXPECT_EQ(record(ledger, {0, 0}), (Tally{1, 0, 1}));
    EXPECT_EQ(record(ledger, {2, 1}), (Tally{1, 1, 0}));
    EXPECT_EQ(record(ledger, {1, 2}), (Tally{0, 0, 2}));
    EXPECT_EQ(record(ledger, {9, 5, 3, 8, 5, 4}), (Tally{1, 4, 1}));
    EXPECT_EQ(ledger.lost(0, 0, 10), 2U);  // 6 and 7
}

TEST(DeliveryLedger, KeepsLanesApart) {
    DeliveryLedger ledger(2, 3);
    EXPECT_EQ(ledger.record(1, 2, 0), Arrival::in_order);
    EXPECT_EQ(ledger.record(1, 1, 0), Arrival::in_order);
    EXPECT_EQ(ledger.record(0, 2, 0), Arrival::in_order);
    EXPECT_EQ(ledger.record(0, 2, 2), Arrival::in_order);
    EXPECT_EQ(ledger.lost(0, 2, 3), 1U);
    EXPECT_EQ(ledger.lost(1, 2, 1), 0U);
    EXPECT_EQ(ledger.lost(1, 0, 1), 1U);
}

TEST(DeliveryLedger, AgreesWithANaiveAccountOfDisorder) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        constexpr std::uint32_t published = 300;
        std::vector<std::uint32_t> sent;
        for (std::uint32_t sequence = 0; sequence < published; ++sequence) {
            const auto copies = std::array{0, 1, 1, 1, 1, 2}[random() % 6];
            for (int copy = 0; copy < copies; ++copy) sent.push_back(sequence);
        }
        for (std::size_t swap = 0; swap < random() % 100; ++swap) {
            const std::size_t at = random() % sent.size();
            std::swap(sent[at], sent[std::min(sent.size() - 1, at + random() % 20)]);
        }
        DeliveryLedger ledger(1, 1);
        std::set<std::uint32_t> seen;
        for (const std::uint32_t sequence : sent) {
            const Arrival expected = seen.contains(sequence)                    ? Arrival::duplicate
                                     : seen.upper_bound(sequence) != seen.end() ? Arrival::late
                                                                                : Arrival::in_order;
            ASSERT_EQ(ledger.record(0, 0, sequence), expected);
            seen.insert(sequence);
        }
        ASSERT_EQ(ledger.lost(0, 0, published), published - seen.size());
    }
}

TEST(DeliveryLedger, CountsLossesBeyondWhatItCanRemember) {
    DeliveryLedger ledger(1, 1);
    constexpr auto holes = static_cast<std::uint32_t>(DeliveryLedger::holes_max);
    for (std::uint32_t hole = 0; hole < holes + 10; ++hole) {
        ASSERT_EQ(ledger.record(0, 0, 2 * hole + 1), Arrival::in_order);
    }
    EXPECT_EQ(ledger.lost(0, 0, 2 * (holes + 10)), holes + 10);
    EXPECT_EQ(ledger.forgotten(), 10U);
}

}  // namespace
}  // namespace carillon::bench::test
