#include "stored_delivery.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

StoredDelivery webhook_delivery() {
    StoredDelivery stored{"app \"1\"", "http://a#1", "id", "expired", {}};
    stored.events.push_back({WebhookKind::member_added,
                             "presence-c",
                             member_webhook(WebhookKind::member_added, "presence-c", "ü\n"),
                             {},
                             {}});
    stored.events.push_back(
        {WebhookKind::user_online, "ann", user_webhook(WebhookKind::user_online, "ann"), {}, {}});
    return stored;
}

TEST(StoredDelivery, IsOneLineThatParsesToTheSame) {
    const std::string line = webhook_delivery().json_line();
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto back = StoredDelivery::parse(line);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->app, "app \"1\"");
    EXPECT_EQ(back->endpoint, "http://a#1");
    EXPECT_EQ(back->delivery_id, "id");
    EXPECT_EQ(back->reason, "expired");
    ASSERT_EQ(back->events.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(back->events[i].kind, webhook_delivery().events[i].kind);
        EXPECT_EQ(back->events[i].subject, webhook_delivery().events[i].subject);
        EXPECT_EQ(back->events[i].text, webhook_delivery().events[i].text);
    }
}

TEST(StoredDelivery, KeepsBigNumbersInDataUnchanged) {
    StoredDelivery stored{"a", "e", "", "", {}};
    const std::string text = R"({"name":"client_event","channel":"private-c","event":"client-x",)"
                             R"("data":"{\"n\":12345678901234567890.10}","socket_id":"1.2"})";
    stored.events.push_back({WebhookKind::client_event, "private-c", text, {}, {}});
    EXPECT_EQ(StoredDelivery::parse(stored.json_line())->events[0].text, text);
}

TEST(StoredDelivery, RefusesInvalidLines) {
    for (const char* const line :
         {"", "{}", "[]", "nonsense", R"({"app":"a","endpoint":"e"})",
          R"({"app":1,"endpoint":"e","events":[]})", R"({"app":"a","endpoint":"e","events":{}})",
          R"({"app":"a","endpoint":"e","events":[1]})",
          R"({"app":"a","endpoint":"e","events":[{"name":"unheard_of","channel":"c"}]})",
          R"({"app":"a","endpoint":"e","events":[{"name":"cache_miss","channel":5}]})"}) {
        EXPECT_FALSE(StoredDelivery::parse(line)) << line;
    }
}

}  // namespace
}  // namespace carillon
