#include "scripts.hpp"

#include <gtest/gtest.h>

#include "redis_client.hpp"
#include "support/redis_server.hpp"

namespace carillon::test {
namespace {

TEST(Scripts, RunOnAServer) {
    HandTurnedLoop loop;
    const RedisServer server;
    RedisClient client(loop, server.url());
    ASSERT_TRUE(client.open());
    const auto digest = client.ask({"SCRIPT", "LOAD", scripts::server_time});
    ASSERT_TRUE(digest);
    EXPECT_EQ(digest->size(), 40U) << *digest;
    const auto time = client.ask({"EVALSHA", *digest, "0"});
    ASSERT_TRUE(time);
    EXPECT_GT(std::stoll(*time), 1'600'000'000'000) << *time;
}

TEST(Scripts, BeginWithWhatTheyShare) {
    EXPECT_TRUE(scripts::server_time.starts_with("-- Stands before each of the other scripts."));
    EXPECT_TRUE(scripts::server_time.ends_with("return now_ms()\n"));
}

}  // namespace
}  // namespace carillon::test
