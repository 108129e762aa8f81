#include "webhook_record.hpp"

#include <gtest/gtest.h>

#include <string>

#include "topic_name.hpp"

namespace carillon {
namespace {

using namespace std::string_view_literals;

std::string record(char letter, std::size_t count, const std::string& topic,
                   std::string_view user = {}) {
    std::string text(1, letter);
    text.append(" ").append(std::to_string(count)).append(" 7 ");
    text.append(std::to_string(topic.size())).append(" ").append(topic).append(user);
    return text;
}

TEST(WebhookRecord, OfAChannel) {
    const std::string text = record('s', 12, channel_topic("app", "9 news"));
    const auto parsed = WebhookRecord::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->kind, WebhookKind::subscription_count);
    EXPECT_EQ(parsed->count, 12U);
    EXPECT_EQ(parsed->app_id, "app");
    EXPECT_EQ(parsed->channel, "9 news");
    EXPECT_EQ(parsed->user_id, "");
}

TEST(WebhookRecord, OfAMember) {
    const std::string text = record('r', 0, channel_topic("app", "presence-room"), "a b"sv);
    const auto parsed = WebhookRecord::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->kind, WebhookKind::member_removed);
    EXPECT_EQ(parsed->channel, "presence-room");
    EXPECT_EQ(parsed->user_id, "a b");
}

TEST(WebhookRecord, OfAUser) {
    const std::string text = record('n', 0, user_topic("app", "ann"));
    const auto parsed = WebhookRecord::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->kind, WebhookKind::user_online);
    EXPECT_EQ(parsed->channel, "");
    EXPECT_EQ(parsed->user_id, "ann");
}

TEST(WebhookRecord, OfADepartureIsAboutTheSameAsTheArrival) {
    const std::string topic = channel_topic("app", "presence-room");
    const std::string added = record('a', 0, topic, "u1");
    const std::string removed = record('r', 0, topic, "u1");
    EXPECT_TRUE(WebhookRecord::parse(added)->is_arrival());
    EXPECT_FALSE(WebhookRecord::parse(removed)->is_arrival());
    EXPECT_EQ(WebhookRecord::parse(removed)->about(), "a" + topic + std::string(1, '\0') + "u1");
    EXPECT_EQ(WebhookRecord::parse(added)->about(), WebhookRecord::parse(removed)->about());
    EXPECT_EQ(WebhookRecord::parse(removed)->number, 7U);
}

TEST(WebhookRecord, EveryLetterIsAKindOfItsOwn) {
    for (const auto& [kind, letter] : webhook_letters) {
        const std::string text = record(letter, 0, channel_topic("app", "news"));
        ASSERT_TRUE(WebhookRecord::parse(text)) << letter;
        EXPECT_EQ(WebhookRecord::parse(text)->kind, kind) << letter;
    }
}

TEST(WebhookRecord, IsNothingIfItIsNone) {
    for (const std::string_view text :
         {""sv, "o"sv, "o "sv, "o 0"sv, "o 0 8"sv, "o 0 0 8"sv, "o 0 0 8 "sv, "o 0 0 99 c1:7news"sv,
          "z 0 0 8 c1:7news"sv, "o x 0 8 c1:7news"sv, "o 0 x 8 c1:7news"sv, "o 0 0 x c1:7news"sv,
          "o-0-0-8-c1:7news"sv, "o 0 0 4 news"sv, "o 0 0 99999999999999999999 c1:7news"sv}) {
        EXPECT_FALSE(WebhookRecord::parse(text)) << text;
    }
}

}  // namespace
}  // namespace carillon
