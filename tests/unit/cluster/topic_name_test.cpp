#include "topic_name.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::string_view_literals;

TEST(TopicName, HasTheKindOfTheChannel) {
    EXPECT_EQ(channel_topic("7", "news"), "c1:7news");
    EXPECT_EQ(channel_topic("7", "cache-news"), "c1:7cache-news");
    EXPECT_EQ(channel_topic("7", "private-news"), "c1:7private-news");
    EXPECT_EQ(channel_topic("7", "private-encrypted-news"), "c1:7private-encrypted-news");
    EXPECT_EQ(channel_topic("7", "presence-room"), "p1:7presence-room");
    EXPECT_EQ(channel_topic("7", "presence-cache-room"), "p1:7presence-cache-room");
    EXPECT_EQ(channel_topic("7", "#server-to-user-ann"), "s1:7#server-to-user-ann");
    EXPECT_EQ(user_topic("7", "ann"), "u1:7ann");
    EXPECT_EQ(quota_topic("7"), "q1:7");
}

TEST(TopicName, KeepsAppsApartWhateverTheirIds) {
    EXPECT_NE(channel_topic("1", "1a"), channel_topic("11", "a"));
    EXPECT_NE(channel_topic("1:", "a"), channel_topic("1", ":a"));
    EXPECT_NE(user_topic("7", "ann"), channel_topic("7", "ann"));
}

TEST(TopicName, IsTakenApartAsItWasMade) {
    for (const std::string_view app : {"7"sv, ""sv, "my-app"sv, "1:2"sv, "9 9"sv, "\xC3\xB6"sv}) {
        for (const std::string_view id :
             {"ann"sv, ""sv, "3:x"sv, "a b"sv, "a\0b"sv, "\xF0\x9F\x94\x94"sv}) {
            const std::string topic = user_topic(app, id);
            const auto name = TopicName::parse(topic);
            ASSERT_TRUE(name) << topic;
            EXPECT_EQ(name->kind, 'u');
            EXPECT_EQ(name->app_id, app);
            EXPECT_EQ(name->name, id);
        }
    }
    const std::string channel = channel_topic("app", "presence-room");
    ASSERT_TRUE(TopicName::parse(channel));
    EXPECT_EQ(TopicName::parse(channel)->kind, 'p');
    EXPECT_EQ(TopicName::parse(channel)->app_id, "app");
    EXPECT_EQ(TopicName::parse(channel)->name, "presence-room");
}

TEST(TopicName, IsNothingIfItIsNoTopic) {
    EXPECT_TRUE(TopicName::parse("c2:ab"));
    for (const std::string_view text :
         {""sv, "c"sv, "c:"sv, "c1"sv, "c12"sv, "c1:"sv, "cx:a"sv, "c-1:a"sv, "c3:ab"sv,
          "c99999999999999999999:a"sv, "c1 :a"sv}) {
        EXPECT_FALSE(TopicName::parse(text)) << text;
    }
}

}  // namespace
}  // namespace carillon
