#include "carillon/apps/webhook_endpoint.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(ChannelFilter, WithoutListsAdmitsAll) {
    const ChannelFilter filter;
    EXPECT_TRUE(filter.admits("any"));
    EXPECT_TRUE(filter.admits("")) << "an event of a user";
}

TEST(ChannelFilter, AdmitsWhatFitsEveryListByAnyEntry) {
    const ChannelFilter filter{{"private-", "presence-"}, {"-eu"}, {}};
    EXPECT_TRUE(filter.admits("private-a-eu"));
    EXPECT_TRUE(filter.admits("presence-a-eu"));
    EXPECT_FALSE(filter.admits("private-a"));
    EXPECT_FALSE(filter.admits("a-eu"));
    EXPECT_FALSE(filter.admits(""));
}

TEST(ChannelFilter, TakesNamesWhole) {
    const ChannelFilter filter{{}, {}, {"news"}};
    EXPECT_TRUE(filter.admits("news"));
    EXPECT_FALSE(filter.admits("news-2"));
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
