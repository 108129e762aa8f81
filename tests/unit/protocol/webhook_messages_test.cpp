#include "carillon/protocol/webhook_messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

TEST(WebhookMessages, AreThoseOfTheReference) {
    using enum WebhookKind;
    EXPECT_EQ(channel_webhook(channel_occupied, "c"),
              R"({"name":"channel_occupied","channel":"c"})");
    EXPECT_EQ(channel_webhook(cache_miss, "cache-c"),
              R"({"name":"cache_miss","channel":"cache-c"})");
    EXPECT_EQ(member_webhook(member_added, "presence-c", "u\"1"),
              R"({"name":"member_added","channel":"presence-c","user_id":"u\"1"})");
    EXPECT_EQ(user_webhook(user_offline, "u1"), R"({"name":"user_offline","user_id":"u1"})");
    EXPECT_EQ(count_webhook("c", 3),
              R"({"name":"subscription_count","channel":"c","subscription_count":3})");
}

TEST(WebhookMessages, CarryDataOfClientEventsAsText) {
    const auto event = scan_json(R"("client-x")");
    const auto object = scan_json(R"({"on": true, "n":1.50})");
    EXPECT_EQ(client_event_webhook("presence-c", *event, *object, {1, 2}, "u1"),
              R"({"name":"client_event","channel":"presence-c","event":"client-x",)"
              R"("data":"{\"on\": true, \"n\":1.50}","socket_id":"1.2","user_id":"u1"})");
    const auto text = scan_json(R"("a\"b")");
    EXPECT_EQ(client_event_webhook("private-c", *event, *text, {1, 2}, std::nullopt),
              R"({"name":"client_event","channel":"private-c","event":"client-x",)"
              R"("data":"a\"b","socket_id":"1.2"})");
}

TEST(WebhookMessages, MakeABodyInOrder) {
    const std::array<std::string_view, 2> events{R"({"name":"a"})", R"({"name":"b"})"};
    EXPECT_EQ(webhook_body(1700000000123, events),
              R"({"time_ms":1700000000123,"events":[{"name":"a"},{"name":"b"}]})");
}

TEST(WebhookKinds, HaveANameEachAndAreFoundByIt) {
    WebhookKinds kinds;
    EXPECT_TRUE(kinds.empty());
    for (const std::string_view name : webhook_kind_names) {
        const auto kind = webhook_kind(name);
        ASSERT_TRUE(kind) << name;
        EXPECT_EQ(name_of(*kind), name);
        EXPECT_FALSE(kinds.has(*kind));
        kinds.add(*kind);
        EXPECT_TRUE(kinds.has(*kind));
    }
    EXPECT_FALSE(webhook_kind("channel_existence"));
}

}  // namespace
}  // namespace carillon
