#include "carillon/apps/webhook_endpoint.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(ChannelFilter, WithoutListsAdmitsAll) {
    const ChannelFilter filter;
    EXPECT_TRUE(filter.matches("any"));
    EXPECT_TRUE(filter.matches("")) << "an event of a user";
}

TEST(ChannelFilter, AdmitsWhatFitsEveryListByAnyEntry) {
    const ChannelFilter filter{{"private-", "presence-"}, {"-eu"}, {}};
    EXPECT_TRUE(filter.matches("private-a-eu"));
    EXPECT_TRUE(filter.matches("presence-a-eu"));
    EXPECT_FALSE(filter.matches("private-a"));
    EXPECT_FALSE(filter.matches("a-eu"));
    EXPECT_FALSE(filter.matches(""));
}

TEST(ChannelFilter, TakesNamesWhole) {
    const ChannelFilter filter{{}, {}, {"news"}};
    EXPECT_TRUE(filter.matches("news"));
    EXPECT_FALSE(filter.matches("news-2"));
}

TEST(WebhookEndpoint, WantsItsKindsOfItsChannels) {
    WebhookEndpoint endpoint;
    endpoint.kinds.add(WebhookKind::channel_occupied);
    endpoint.kinds.add(WebhookKind::user_online);
    EXPECT_TRUE(endpoint.wants(WebhookKind::channel_occupied, "a"));
    EXPECT_TRUE(endpoint.wants(WebhookKind::user_online, ""));
    EXPECT_FALSE(endpoint.wants(WebhookKind::channel_vacated, "a"));
    endpoint.channels.prefixes = {"b"};
    EXPECT_FALSE(endpoint.wants(WebhookKind::channel_occupied, "a"));
    EXPECT_FALSE(endpoint.wants(WebhookKind::user_online, ""));
}

}  // namespace
}  // namespace carillon
