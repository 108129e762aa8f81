#include "signing.hpp"

#include <gmock/gmock.h>

namespace carillon {
namespace {

using ::testing::Contains;
using ::testing::Pair;

TEST(Signing, SignsTheBodyAndNamesTheKey) {
    Delivery delivery;
    delivery.id = "0123";
    delivery.events.push_back({WebhookKind::channel_occupied,
                               "c",
                               R"({"name":"channel_occupied","channel":"c"})",
                               {},
                               {}});
    sign(delivery, {"key", "secret"}, 1700000000123);
    EXPECT_EQ(delivery.body, R"({"time_ms":1700000000123,"events":)"
                             R"([{"name":"channel_occupied","channel":"c"}]})");
    // printf '%s' BODY | openssl dgst -sha256 -hmac secret
    EXPECT_EQ(delivery.signature,
              "5a9ca4989bfeb0ac3bc9ac86be969010233e714961494bc1029ba07e68b21637");
    WebhookEndpoint endpoint;
    endpoint.headers = {{"Authorization", "Bearer x"}};
    const HttpPost post = signed_post(delivery, endpoint);
    EXPECT_EQ(post.body, delivery.body);
    EXPECT_THAT(post.headers, Contains(Pair("Content-Type", "application/json")));
    EXPECT_THAT(post.headers, Contains(Pair("X-Pusher-Key", "key")));
    EXPECT_THAT(post.headers, Contains(Pair("X-Pusher-Signature", delivery.signature)));
    EXPECT_THAT(post.headers, Contains(Pair("X-Carillon-Delivery", "0123")));
    EXPECT_THAT(post.headers, Contains(Pair("Authorization", "Bearer x")));
}

}  // namespace
}  // namespace carillon
