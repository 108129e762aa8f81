#include "carillon/protocol/channel_name.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using Access = ChannelKind::Access;

bool is_name(std::string_view text) {
    return ChannelName::parse(text, {}).has_value();
}

TEST(ChannelKind, FollowsThePrefix) {
    EXPECT_EQ(ChannelKind::of("orders"), (ChannelKind{Access::public_, false}));
    EXPECT_EQ(ChannelKind::of("cache-x"), (ChannelKind{Access::public_, true}));
    EXPECT_EQ(ChannelKind::of("private-x"), (ChannelKind{Access::private_, false}));
    EXPECT_EQ(ChannelKind::of("private-cache-x"), (ChannelKind{Access::private_, true}));
    EXPECT_EQ(ChannelKind::of("private-encrypted-x"), (ChannelKind{Access::encrypted, false}));
    EXPECT_EQ(ChannelKind::of("private-encrypted-cache-x"), (ChannelKind{Access::encrypted, true}));
    EXPECT_EQ(ChannelKind::of("presence-x"), (ChannelKind{Access::presence, false}));
    EXPECT_EQ(ChannelKind::of("presence-cache-x"), (ChannelKind{Access::presence, true}));
    EXPECT_EQ(ChannelKind::of("#server-to-user-x"), (ChannelKind{Access::user, false}));
}

TEST(ChannelKind, MatchesAtTheStartAndWithTheDash) {
    for (const std::string_view name : {"private", "presence", "cache", "privatex-", "my-private-x",
                                        "my-cache-x", "Private-x", "#server-to-user", ""}) {
        EXPECT_EQ(ChannelKind::of(name), ChannelKind{}) << name;
    }
    EXPECT_EQ(ChannelKind::of("private-x-cache-y"), (ChannelKind{Access::private_, false}));
    EXPECT_EQ(ChannelKind::of("private-encryptedx"), (ChannelKind{Access::private_, false}));
    EXPECT_EQ(ChannelKind::of("presence-encrypted-x"), (ChannelKind{Access::presence, false}));
}

TEST(ChannelKind, KnowsWhichKindsNeedAToken) {
    EXPECT_FALSE(ChannelKind::of("cache-x").needs_token());
    EXPECT_TRUE(ChannelKind::of("private-x").needs_token());
    EXPECT_TRUE(ChannelKind::of("private-encrypted-x").needs_token());
    EXPECT_TRUE(ChannelKind::of("presence-x").needs_token());
    EXPECT_FALSE(ChannelKind::of("#server-to-user-x").needs_token());
    EXPECT_FALSE(ChannelKind::of("#server-to-user-x").allows_client_events());
}

TEST(ChannelName, TakesExactlyTheDocumentedCharacters) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=@,.;";
    for (int c = 0; c < 256; ++c) {
        const std::string name = std::string{"a"} + static_cast<char>(c);
        EXPECT_EQ(is_name(name), allowed.find(static_cast<char>(c)) != allowed.npos) << c;
    }
}

TEST(ChannelName, TakesOneKindOfHash) {
    EXPECT_TRUE(is_name("#server-to-user-u1"));
    EXPECT_FALSE(is_name("#server-to-user-"));
    EXPECT_FALSE(is_name("#server-to-user-#x"));
    EXPECT_FALSE(is_name("#x"));
    EXPECT_FALSE(is_name("x#server-to-user-u1"));
}

TEST(ChannelName, CountsItsPrefix) {
    const Limits limits;
    const std::string longest = "private-" + std::string(192, 'x');
    ASSERT_TRUE(ChannelName::parse(longest, limits));
    EXPECT_EQ(ChannelName::parse(longest, limits)->text(), longest);
    const auto longer = ChannelName::parse(longest + "x", limits);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().code, Errc::bad_channel_name);
    EXPECT_TRUE(ChannelName::parse("a", limits));
    EXPECT_FALSE(ChannelName::parse("", limits));
}

}  // namespace
}  // namespace carillon
