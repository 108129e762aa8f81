#include "redis_value.hpp"

#include <gtest/gtest.h>

#include "redis_parser.hpp"

namespace carillon {
namespace {

TEST(RedisValue, HasEveryTypeOfAReply) {
    RedisParser parser;
    parser.feed("*4\r\n:-7\r\n$2\r\nab\r\n$-1\r\n*1\r\n+OK\r\n");
    const RedisParser::Reply reply = parser.next();
    ASSERT_TRUE(reply);
    const ScriptValue value = script_value_of(RedisReply(reply.get()));
    ASSERT_EQ(value.type, ScriptValue::Type::array);
    ASSERT_EQ(value.items.size(), 4U);
    EXPECT_EQ(value.items[0].type, ScriptValue::Type::integer);
    EXPECT_EQ(value.items[0].integer, -7);
    EXPECT_EQ(value.items[1].type, ScriptValue::Type::text);
    EXPECT_EQ(value.items[1].text, "ab");
    EXPECT_EQ(value.items[2].type, ScriptValue::Type::nil);
    ASSERT_EQ(value.items[3].items.size(), 1U);
    EXPECT_EQ(value.items[3].items[0].text, "OK") << "a status is a text";
}

/// An array within an array within …, as nobody but a server that means harm would send it.
TEST(RedisValue, IsBoundedByTheParser) {
    RedisParser parser;
    std::string bytes;
    for (int depth = 0; depth < 1000; ++depth) bytes += "*1\r\n";
    parser.feed(bytes + ":1\r\n");
    EXPECT_FALSE(parser.next());
    EXPECT_NE(parser.problem(), "");
}

}  // namespace
}  // namespace carillon
