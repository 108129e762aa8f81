#include "carillon/redis/redis_address.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(RedisAddress, HasDefaultsForAllButTheHost) {
    const auto address = RedisAddress::parse("redis://cache.example");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->host, "cache.example");
    EXPECT_EQ(address->port, 6379);
    EXPECT_FALSE(address->tls);
    EXPECT_EQ(address->user, "");
    EXPECT_EQ(address->password, "");
    EXPECT_EQ(address->database, 0U);
}

TEST(RedisAddress, HasAllThatAUrlSays) {
    const auto address = RedisAddress::parse("rediss://alice:s3cret@10.0.0.7:6380/12");
    ASSERT_TRUE(address);
    EXPECT_TRUE(address->tls);
    EXPECT_EQ(address->host, "10.0.0.7");
    EXPECT_EQ(address->port, 6380);
    EXPECT_EQ(address->user, "alice");
    EXPECT_EQ(address->password, "s3cret");
    EXPECT_EQ(address->database, 12U);
}

TEST(RedisAddress, DecodesUserAndPassword) {
    const auto address = RedisAddress::parse("redis://a%3Ab:p%40%2f%25:%5b+x@h");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->user, "a:b");
    EXPECT_EQ(address->password, "p@/%:[+x");
}

TEST(RedisAddress, TakesAPasswordWithoutAUser) {
    const auto address = RedisAddress::parse("redis://:only@h/");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->user, "");
    EXPECT_EQ(address->password, "only");
    EXPECT_EQ(address->database, 0U);
}

TEST(RedisAddress, KeepsIpv6OutOfBracketsAndShowsItInThem) {
    const auto address = RedisAddress::parse("redis://:x@[fd00::7]:7000");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->host, "fd00::7");
    EXPECT_EQ(address->port, 7000);
    EXPECT_EQ(address->origin(), "redis://[fd00::7]:7000");
}

TEST(RedisAddress, ShowsNoSecrets) {
    EXPECT_EQ(RedisAddress::parse("rediss://alice:s3cret@h/3")->origin(), "rediss://h:6379");
}

TEST(RedisAddress, IsRefusedIfItIsNoneOrSaysMoreThanWeUse) {
    for (const char* url : {"",
                            "h",
                            "h:6379",
                            "http://h",
                            "REDIS://h",
                            "redis:/h",
                            "redis://",
                            "redis:///0",
                            "redis://:6379",
                            "redis://h:0",
                            "redis://h:65536",
                            "redis://h:",
                            "redis://h:6x",
                            "redis://h/x",
                            "redis://h/-1",
                            "redis://h/1/",
                            "redis://h//",
                            "redis://h/4294967296",
                            "redis://h?db=1",
                            "redis://h/1?x=y",
                            "redis://h#a",
                            "redis://h/1#a",
                            "redis://@h",
                            "redis://:@h",
                            "redis://user@h",
                            "redis://user:@h",
                            "redis://a:b@c@h",
                            "redis://a:b/c@h",
                            "redis://a:b%@h",
                            "redis://a:b%4@h",
                            "redis://a:b%4g@h",
                            "redis://a:b c@h",
                            "redis://a:b\r\nc@h",
                            "redis://h h",
                            "redis://[::1",
                            "redis://[]",
                            "redis://[::1]x",
                            "redis://a,b",
                            "unix:///run/redis.sock"}) {
        EXPECT_FALSE(RedisAddress::parse(url)) << url;
    }
}

}  // namespace
}  // namespace carillon
