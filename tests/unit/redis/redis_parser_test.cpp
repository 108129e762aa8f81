#include "redis_parser.hpp"

#include <gtest/gtest.h>

#include <string>

#include "redis_reply.hpp"

namespace carillon {
namespace {

TEST(RedisParser, GivesRepliesOnceTheyAreWhole) {
    RedisParser parser;
    const std::string bytes = "*3\r\n$7\r\nmessage\r\n:42\r\n$-1\r\n-ERR no\r\n";
    for (const char& byte : bytes.substr(0, bytes.size() - 10)) {
        EXPECT_FALSE(parser.next());
        parser.feed({&byte, 1});
    }
    parser.feed(std::string_view(bytes).substr(bytes.size() - 10));
    const auto array = parser.next();
    ASSERT_TRUE(array);
    const RedisReply reply(array.get());
    ASSERT_EQ(reply.size(), 3U);
    EXPECT_EQ(reply[0].text(), "message");
    EXPECT_EQ(reply[1].integer(), 42);
    EXPECT_TRUE(reply[2].is_nil());
    const auto error = parser.next();
    ASSERT_TRUE(error);
    EXPECT_TRUE(RedisReply(error.get()).is_error());
    EXPECT_EQ(RedisReply(error.get()).text(), "ERR no");
    EXPECT_FALSE(parser.next());
    EXPECT_EQ(parser.problem(), "");
}

TEST(RedisParser, RefusesWhatIsNoReply) {
    RedisParser parser;
    parser.feed("+OK\r\n?");
    EXPECT_TRUE(parser.next());
    EXPECT_FALSE(parser.next());
    EXPECT_TRUE(parser.problem().starts_with("Protocol error")) << parser.problem();
}

TEST(RedisParser, BoundsAReply) {
    RedisParser parser;
    const std::string piece(std::size_t{1} << 20U, 'x');
    parser.feed("*1000\r\n");
    for (std::size_t fed = 7; fed <= RedisParser::reply_bytes_max; fed += piece.size() + 12) {
        EXPECT_FALSE(parser.next());
        EXPECT_EQ(parser.problem(), "");
        parser.feed("$1048576\r\n" + piece + "\r\n");
    }
    EXPECT_FALSE(parser.next());
    EXPECT_EQ(parser.problem(), "the reply is too large");
}

TEST(RedisParser, TakesNoMemoryForElementsThatAreOnlyAnnounced) {
    for (const std::string_view bytes : {"*1073741824\r\n", "*2\r\n*4194000\r\n"}) {
        RedisParser parser;
        parser.feed(bytes);
        EXPECT_FALSE(parser.next());
        if (bytes.starts_with("*2")) {
            EXPECT_EQ(parser.problem(), "");
            std::string elements;
            for (int i = 0; i < 4194000; ++i) elements += ":1\r\n";
            parser.feed(elements);
            EXPECT_FALSE(parser.next());
            parser.feed("*1000\r\n");
            EXPECT_FALSE(parser.next());
        }
        EXPECT_NE(parser.problem(), "");
    }
}

TEST(RedisParser, CountsElementsAnewForEachReply) {
    RedisParser parser;
    std::string array = "*3000000\r\n";
    for (int i = 0; i < 3000000; ++i) array += ":1\r\n";
    for (int i = 0; i < 2; ++i) {
        parser.feed(array);
        EXPECT_TRUE(parser.next());
    }
    EXPECT_EQ(parser.problem(), "");
}

TEST(RedisParser, BoundsNoReplyForWhatCameBeforeIt) {
    RedisParser parser;
    const std::string reply = "$1048576\r\n" + std::string(std::size_t{1} << 20U, 'x') + "\r\n";
    for (std::size_t fed = 0; fed <= RedisParser::reply_bytes_max; fed += reply.size()) {
        parser.feed(reply);
        EXPECT_TRUE(parser.next());
        EXPECT_EQ(parser.problem(), "");
    }
}

}  // namespace
}  // namespace carillon
