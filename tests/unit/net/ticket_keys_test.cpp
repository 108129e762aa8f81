#include "ticket_keys.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::chrono_literals;

const TimePoint start = TimePoint() + 1000h;

TEST(TicketKeys, AreRenewedAfterADay) {
    TicketKeys keys(start);
    const auto first = keys.current(start).name;
    EXPECT_EQ(keys.current(start + 24h - 1ns).name, first);
    const auto second = keys.current(start + 24h).name;
    EXPECT_NE(second, first);
    EXPECT_EQ(keys.current(start + 48h - 1ns).name, second);
    EXPECT_NE(keys.current(start + 48h).name, second);
}

TEST(TicketKeys, AreAcceptedForTwoHoursMore) {
    TicketKeys keys(start);
    const auto first = keys.current(start);
    EXPECT_TRUE(keys.find(first.name, start + 23h)->is_current);
    const auto found = keys.find(first.name, start + 26h - 1ns);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->is_current);
    EXPECT_EQ(found->key.cipher, first.cipher);
    EXPECT_EQ(found->key.mac, first.mac);
    EXPECT_FALSE(keys.find(first.name, start + 26h));
    EXPECT_FALSE(keys.find(TicketKeys::Key().name, start + 26h));
}

TEST(TicketKeys, OfADayWithoutHandshakesAreGone) {
    TicketKeys keys(start);
    const auto first = keys.current(start).name;
    EXPECT_FALSE(keys.find(first, start + 100h));
    const auto second = keys.current(start + 100h).name;
    EXPECT_EQ(keys.current(start + 123h).name, second);
    EXPECT_NE(keys.current(start + 124h).name, second);
}

TEST(TicketKeys, DifferInEveryPart) {
    const TicketKeys::Key one;
    const TicketKeys::Key other;
    EXPECT_NE(one.name, other.name);
    EXPECT_NE(one.cipher, other.cipher);
    EXPECT_NE(one.mac, other.mac);
    EXPECT_NE(one.cipher, one.mac);
}

}  // namespace
}  // namespace carillon
