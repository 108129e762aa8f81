#include "carillon/channels/event_cache.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

TEST(EventCache, KeepsTheLastEventUntilItExpires) {
    EventCache cache;
    EXPECT_EQ(cache.put("cache-a", "one", {10s, 0}, start), 0U);
    EXPECT_EQ(cache.put("cache-a", "two", {10s, 0}, start + 5s), 0U);
    ASSERT_NE(cache.find("cache-a", start + 14s), nullptr);
    EXPECT_EQ(cache.find("cache-a", start + 14s)->text, "two");
    EXPECT_EQ(cache.find("cache-a", start + 15s), nullptr);
    EXPECT_EQ(cache.find("cache-b", start + 5s), nullptr);
}

TEST(EventCache, ReportsItsNextExpiry) {
    EventCache cache;
    EXPECT_EQ(cache.next_expiry(), TimePoint::max());
    cache.put("cache-a", "one", {10s, 0}, start);
    cache.put("cache-b", "one", {10s, 0}, start + 1s);
    EXPECT_EQ(cache.next_expiry(), start + 10s);
    cache.expire(start + 10s);
    EXPECT_EQ(cache.next_expiry(), start + 11s);
    cache.expire(start + 11s);
    EXPECT_EQ(cache.next_expiry(), TimePoint::max());
}

TEST(EventCache, EvictsTheOldestEvent) {
    EventCache cache;
    const CacheRule two_fit{10s, 2 * (7 + 100 + 192)};
    const std::string text(100, 'x');
    EXPECT_EQ(cache.put("cache-a", text, two_fit, start), 0U);
    EXPECT_EQ(cache.put("cache-b", text, two_fit, start), 0U);
    EXPECT_EQ(cache.put("cache-a", text, two_fit, start), 0U);
    EXPECT_EQ(cache.put("cache-c", text, two_fit, start), 1U);
    EXPECT_NE(cache.find("cache-a", start), nullptr);
    EXPECT_EQ(cache.find("cache-b", start), nullptr);
    EXPECT_NE(cache.find("cache-c", start), nullptr);
}

TEST(EventCache, HasNoEventWhenTheLastIsTooLarge) {
    EventCache cache;
    const CacheRule rule{10s, 1000};
    EXPECT_EQ(cache.put("cache-a", "small", rule, start), 0U);
    EXPECT_EQ(cache.put("cache-b", "small", rule, start), 0U);
    EXPECT_EQ(cache.put("cache-a", std::string(1000, 'x'), rule, start), 1U);
    EXPECT_EQ(cache.find("cache-a", start), nullptr);
    EXPECT_NE(cache.find("cache-b", start), nullptr);
}

}  // namespace
}  // namespace carillon
