#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "script_server.hpp"

namespace carillon::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

const std::string wrong_type = "WRONGTYPE Operation against a key holding the wrong kind of value";

/// What scripts and nodes rely on of each command that they use: a redis-server and its twin in
/// memory must agree on it.
class RedisCommandsTest : public ::testing::Test {
protected:
    /// The reply in one line: nil as "nil", texts and numbers as they are, an array in brackets.
    std::string run(const std::vector<std::string>& words) { return shown(server->command(words)); }
    static std::string shown(const Reply& reply) {
        if (reply.is_nil) return "nil";
        if (reply.items.empty()) return reply.text.empty() ? "[]" : reply.text;
        std::string all;
        for (const Reply& item : reply.items) all += (all.empty() ? "" : " ") + shown(item);
        return "[" + all + "]";
    }
    Reply script(const std::string& text, const std::vector<std::string>& arguments = {}) {
        const std::string digest = server->command({"SCRIPT", "LOAD", text}).text;
        std::vector<std::string> words{"EVALSHA", digest, "1", "key"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        return server->command(words);
    }
    std::string evaluate(const std::string& text, const std::vector<std::string>& arguments = {}) {
        return shown(script(text, arguments));
    }

    std::unique_ptr<ScriptServer> server = ScriptServer::make();
};

TEST_F(RedisCommandsTest, KeysAreRemovedFoundAndRenamed) {
    EXPECT_EQ(run({"SET", "a", "1"}), "OK");
    EXPECT_EQ(run({"EXISTS", "a", "b", "a"}), "2");
    EXPECT_EQ(run({"RENAME", "a", "b"}), "OK");
    EXPECT_EQ(run({"GET", "a"}), "nil");
    EXPECT_EQ(run({"GET", "b"}), "1");
    EXPECT_EQ(run({"RENAME", "a", "c"}), "ERR no such key");
    EXPECT_EQ(run({"HSET", "h", "f", "v"}), "1");
    EXPECT_EQ(run({"RENAME", "b", "h"}), "OK") << "whatever was there";
    EXPECT_EQ(run({"GET", "h"}), "1");
    EXPECT_EQ(run({"DEL", "h", "x"}), "1");
    EXPECT_EQ(run({"KEYS", "*"}), "[]");
}

TEST_F(RedisCommandsTest, KeysExpire) {
    run({"SET", "a", "1"});
    EXPECT_EQ(run({"PTTL", "a"}), "-1");
    EXPECT_EQ(run({"PTTL", "x"}), "-2");
    EXPECT_EQ(run({"PEXPIRE", "x", "1000"}), "0");
    EXPECT_EQ(run({"PEXPIRE", "a", "60000"}), "1");
    const int left = std::stoi(run({"PTTL", "a"}));
    EXPECT_GT(left, 50000);
    EXPECT_LE(left, 60000);
    EXPECT_EQ(run({"RENAME", "a", "b"}), "OK");
    EXPECT_GT(std::stoi(run({"PTTL", "b"})), 50000) << "it goes with the value";
    EXPECT_EQ(run({"PEXPIRE", "b", "10"}), "1");
    EXPECT_EQ(run({"SET", "c", "1", "PX", "10"}), "OK");
    EXPECT_EQ(run({"HSET", "h", "f", "v"}), "1");
    EXPECT_EQ(run({"PEXPIRE", "h", "10"}), "1");
    EXPECT_EQ(run({"HSET", "h", "g", "v"}), "1") << "a change does not prolong it";
    server->pass(11);
    EXPECT_EQ(run({"EXISTS", "b", "c", "h"}), "0");
    EXPECT_EQ(run({"KEYS", "*"}), "[]");
    run({"SET", "a", "1"});
    EXPECT_EQ(run({"PEXPIRE", "a", "0"}), "1") << "at once";
    EXPECT_EQ(run({"GET", "a"}), "nil");
    EXPECT_EQ(run({"PEXPIRE", "a", "x"}), "ERR value is not an integer or out of range");
    EXPECT_EQ(run({"SET", "a", "1", "PX", "0"}), "ERR invalid expire time in 'set' command");
}

TEST_F(RedisCommandsTest, TextsAreSetOnceOrAnew) {
    EXPECT_EQ(run({"SET", "a", "one", "NX", "PX", "60000"}), "OK");
    EXPECT_EQ(run({"SET", "a", "two", "NX"}), "nil");
    EXPECT_EQ(run({"STRLEN", "a"}), "3");
    EXPECT_EQ(run({"STRLEN", "x"}), "0");
    EXPECT_EQ(run({"SET", "a", "three"}), "OK");
    EXPECT_EQ(run({"PTTL", "a"}), "-1") << "it does not expire any more";
    EXPECT_EQ(run({"SET", "a", "b", "NOTHING"}), "ERR syntax error");
    run({"RPUSH", "list", "x"});
    EXPECT_EQ(run({"GET", "list"}), wrong_type);
    EXPECT_EQ(run({"STRLEN", "list"}), wrong_type);
    EXPECT_EQ(run({"SET", "list", "now a text"}), "OK");
}

TEST_F(RedisCommandsTest, HashesHaveFields) {
    EXPECT_EQ(run({"HSET", "h", "a", "1", "b", "2"}), "2");
    EXPECT_EQ(run({"HSET", "h", "a", "3", "c", "4"}), "1");
    EXPECT_EQ(run({"HGET", "h", "a"}), "3");
    EXPECT_EQ(run({"HGET", "h", "x"}), "nil");
    EXPECT_EQ(run({"HGET", "x", "a"}), "nil");
    EXPECT_EQ(run({"HMGET", "h", "b", "x", "c"}), "[2 nil 4]");
    EXPECT_EQ(run({"HMGET", "x", "a"}), "[nil]");
    EXPECT_EQ(run({"HSETNX", "h", "a", "5"}), "0");
    EXPECT_EQ(run({"HSETNX", "h", "d", "5"}), "1");
    EXPECT_EQ(run({"HINCRBY", "h", "d", "-7"}), "-2");
    EXPECT_EQ(run({"HEXISTS", "h", "d"}), "1");
    EXPECT_EQ(run({"HEXISTS", "h", "x"}), "0");
    EXPECT_EQ(run({"HLEN", "h"}), "4");
    EXPECT_EQ(run({"HLEN", "x"}), "0");
    EXPECT_THAT(server->command({"HGETALL", "h"}).pairs(),
                ElementsAre(Pair("a", "3"), Pair("b", "2"), Pair("c", "4"), Pair("d", "-2")));
    EXPECT_EQ(run({"HGETALL", "x"}), "[]");
    EXPECT_THAT(server->command({"HKEYS", "h"}).texts(), UnorderedElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(server->command({"HVALS", "h"}).texts(), UnorderedElementsAre("3", "2", "4", "-2"));
    EXPECT_EQ(run({"HDEL", "h", "a", "x", "b"}), "2");
    EXPECT_EQ(run({"HDEL", "x", "a"}), "0");
    EXPECT_EQ(run({"HDEL", "h", "c", "d"}), "2");
    EXPECT_EQ(run({"EXISTS", "h"}), "0") << "an empty one is none";
    EXPECT_EQ(run({"HSET", "h", "a"}), "ERR wrong number of arguments for 'hset' command");
    EXPECT_EQ(run({"HSET", "h", "a", "1", "b"}),
              "ERR wrong number of arguments for 'hset' command");
    run({"SET", "text", "x"});
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"HSET", "text", "a", "1"},
                                               {"HSETNX", "text", "a", "1"},
                                               {"HGET", "text", "a"},
                                               {"HMGET", "text", "a"},
                                               {"HGETALL", "text"},
                                               {"HKEYS", "text"},
                                               {"HVALS", "text"},
                                               {"HDEL", "text", "a"},
                                               {"HEXISTS", "text", "a"},
                                               {"HLEN", "text"},
                                               {"HRANDFIELD", "text", "1"}}) {
        EXPECT_EQ(run(words), wrong_type) << words[0];
    }
}

TEST_F(RedisCommandsTest, FieldsComeInOneOrder) {
    for (int i = 0; i < 700; ++i) run({"HSET", "h", "field " + std::to_string(i), "v"});
    const auto names = server->command({"HKEYS", "h"}).texts();
    EXPECT_EQ(server->command({"HKEYS", "h"}).texts(), names);
    const auto all = server->command({"HGETALL", "h"}).texts();
    ASSERT_EQ(all.size(), 2 * names.size());
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(all[2 * i], names[i]);
}

TEST_F(RedisCommandsTest, SomeFieldsAreDrawn) {
    run({"HSET", "h", "a", "1", "b", "2", "c", "3"});
    EXPECT_THAT(server->command({"HRANDFIELD", "h", "7"}).texts(),
                UnorderedElementsAre("a", "b", "c"));
    auto two = server->command({"HRANDFIELD", "h", "2"}).texts();
    std::ranges::sort(two);
    EXPECT_EQ(two.size(), 2U);
    EXPECT_EQ(std::ranges::unique(two).size(), 0U) << "none twice";
    EXPECT_EQ(run({"HRANDFIELD", "h", "0"}), "[]");
    EXPECT_EQ(run({"HRANDFIELD", "x", "2"}), "[]");
}

TEST_F(RedisCommandsTest, ListsGrowAtTheEndAndShrinkAtTheFront) {
    EXPECT_EQ(run({"RPUSH", "l", "a"}), "1");
    EXPECT_EQ(run({"RPUSH", "l", "b", "c", "d"}), "4");
    EXPECT_EQ(run({"LLEN", "l"}), "4");
    EXPECT_EQ(run({"LLEN", "x"}), "0");
    EXPECT_EQ(run({"LINDEX", "l", "0"}), "a");
    EXPECT_EQ(run({"LINDEX", "l", "-1"}), "d");
    EXPECT_EQ(run({"LINDEX", "l", "4"}), "nil");
    EXPECT_EQ(run({"LINDEX", "x", "0"}), "nil");
    EXPECT_EQ(run({"LRANGE", "l", "0", "-1"}), "[a b c d]");
    EXPECT_EQ(run({"LRANGE", "l", "-2", "-1"}), "[c d]");
    EXPECT_EQ(run({"LRANGE", "l", "-100", "1"}), "[a b]");
    EXPECT_EQ(run({"LRANGE", "l", "2", "1"}), "[]");
    EXPECT_EQ(run({"LRANGE", "l", "4", "9"}), "[]");
    EXPECT_EQ(run({"LRANGE", "x", "0", "-1"}), "[]");
    EXPECT_EQ(run({"LSET", "l", "1", "B"}), "OK");
    EXPECT_EQ(run({"LSET", "l", "9", "B"}), "ERR index out of range");
    EXPECT_EQ(run({"LSET", "x", "0", "B"}), "ERR no such key");
    EXPECT_EQ(run({"LPOP", "l"}), "a");
    EXPECT_EQ(run({"LPOP", "l", "0"}), "[]");
    EXPECT_EQ(run({"LPOP", "l", "2"}), "[B c]");
    EXPECT_EQ(run({"LPOP", "l", "9"}), "[d]");
    EXPECT_EQ(run({"EXISTS", "l"}), "0");
    EXPECT_EQ(run({"LPOP", "l"}), "nil");
    EXPECT_EQ(run({"LPOP", "l", "2"}), "nil");
    EXPECT_EQ(run({"LPOP", "l", "-1"}), "ERR value is out of range, must be positive");
    run({"SET", "text", "x"});
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"RPUSH", "text", "a"},
                                               {"LPOP", "text"},
                                               {"LLEN", "text"},
                                               {"LINDEX", "text", "0"},
                                               {"LRANGE", "text", "0", "1"}}) {
        EXPECT_EQ(run(words), wrong_type) << words[0];
    }
}

TEST_F(RedisCommandsTest, SortedSetsAreInOrder) {
    EXPECT_EQ(run({"ZADD", "z", "1764404000000123", "b", "2", "a", "2", "c"}), "3");
    EXPECT_EQ(run({"ZADD", "z", "NX", "5", "a"}), "0");
    EXPECT_EQ(run({"ZADD", "z", "XX", "5", "x"}), "0");
    EXPECT_EQ(run({"ZADD", "z", "XX", "CH", "1.5", "c"}), "1");
    EXPECT_EQ(run({"ZADD", "z", "XX", "CH", "1.5", "c"}), "0");
    EXPECT_EQ(run({"ZADD", "x", "XX", "1", "a"}), "0");
    EXPECT_EQ(run({"ZADD", "z", "x", "a"}), "ERR value is not a valid float");
    EXPECT_EQ(run({"ZCARD", "z"}), "3");
    EXPECT_EQ(run({"ZCARD", "x"}), "0");
    EXPECT_EQ(run({"ZRANGE", "z", "0", "-1"}), "[c a b]");
    EXPECT_EQ(run({"ZRANGE", "z", "0", "0", "WITHSCORES"}), "[c 1.5]");
    EXPECT_EQ(run({"ZRANGE", "z", "-1", "-1", "WITHSCORES"}), "[b 1764404000000123]");
    EXPECT_EQ(run({"ZRANGE", "x", "0", "-1", "WITHSCORES"}), "[]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "z", "-inf", "2"}), "[c a]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "z", "-inf", "(2"}), "[c]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "z", "2", "+inf"}), "[a b]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "z", "-inf", "+inf", "LIMIT", "1", "1"}), "[a]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "z", "-inf", "+inf", "LIMIT", "0", "100"}), "[c a b]");
    EXPECT_EQ(run({"ZRANGEBYSCORE", "x", "-inf", "+inf"}), "[]");
    EXPECT_EQ(run({"ZREM", "z", "a", "x"}), "1");
    EXPECT_EQ(run({"ZREM", "x", "a"}), "0");
    EXPECT_EQ(run({"ZREM", "z", "b", "c"}), "2");
    EXPECT_EQ(run({"EXISTS", "z"}), "0");
    run({"SET", "text", "x"});
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"ZADD", "text", "1", "a"},
                                               {"ZREM", "text", "a"},
                                               {"ZRANGE", "text", "0", "1"},
                                               {"ZRANGEBYSCORE", "text", "-inf", "1"}}) {
        EXPECT_EQ(run(words), wrong_type) << words[0];
    }
}

TEST_F(RedisCommandsTest, MessagesReachWhoeverSubscribes) {
    EXPECT_EQ(run({"PUBLISH", "t", "lost"}), "0");
    server->subscribe("t");
    server->subscribe("u");
    EXPECT_EQ(run({"PUBLISH", "t", "one"}), "1");
    EXPECT_EQ(run({"PUBLISH", "elsewhere", "lost"}), "0");
    EXPECT_EQ(evaluate("return {redis.call('PUBLISH', 'u', 'two'), redis.call('PUBLISH', 't', 3)}"),
              "[1 1]");
    EXPECT_THAT(server->take_messages(3), ElementsAre("one", "two", "3"));
}

TEST_F(RedisCommandsTest, TimeGoesOn) {
    const std::uint64_t before = server->now_ms();
    server->pass(3);
    EXPECT_GE(server->now_ms(), before + 3);
    EXPECT_EQ(evaluate("local t = redis.call('TIME') return {type(t[1]), type(t[2]), #t}"),
              "[string string 2]");
}

TEST_F(RedisCommandsTest, FlushAllLeavesTheScripts) {
    const std::string digest = run({"SCRIPT", "LOAD", "return redis.call('EXISTS', 'a')"});
    run({"SET", "a", "1"});
    EXPECT_EQ(run({"EVALSHA", digest, "0"}), "1");
    EXPECT_EQ(run({"FLUSHALL"}), "OK");
    EXPECT_EQ(run({"EVALSHA", digest, "0"}), "0");
}

TEST_F(RedisCommandsTest, AScriptThatIsNotLoadedIsRefused) {
    EXPECT_THAT(run({"EVALSHA", std::string(40, 'a'), "0"}), StartsWith("NOSCRIPT "));
    EXPECT_EQ(run({"SCRIPT", "LOAD", "return 1"}), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
    EXPECT_EQ(run({"EVALSHA", "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB", "0"}), "1");
    EXPECT_EQ(run({"EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "3", "a"}),
              "ERR Number of keys can't be greater than number of args");
    EXPECT_THAT(run({"SCRIPT", "LOAD", "this is no Lua"}),
                StartsWith("ERR Error compiling script"));
}

TEST_F(RedisCommandsTest, AScriptHasItsKeysAndArguments) {
    EXPECT_EQ(evaluate("return {KEYS[1], #KEYS, ARGV[1], #ARGV, ARGV[3]}", {"x", ""}),
              "[key 1 x 2]");
    EXPECT_EQ(evaluate("return {#ARGV}"), "[0]") << "those of the script before are gone";
}

TEST_F(RedisCommandsTest, ValuesGoIntoAScript) {
    EXPECT_EQ(evaluate("local r = redis.call('HGET', 'x', 'a') return {type(r), tostring(r)}"),
              "[boolean false]");
    EXPECT_EQ(evaluate("local r = redis.call('HMGET', 'x', 'a', 'b') return {#r, type(r[2])}"),
              "[2 boolean]");
    EXPECT_EQ(evaluate("return type(redis.call('LPOP', 'x', 5))"), "boolean");
    EXPECT_EQ(evaluate("return type(redis.call('HLEN', 'x'))"), "number");
    EXPECT_EQ(evaluate("local r = redis.call('SET', 'a', 1) return {type(r), r.ok}"), "[table OK]");
    EXPECT_EQ(evaluate("return type(redis.call('SET', 'a', 1, 'NX'))"), "boolean");
    EXPECT_EQ(evaluate("return redis.call('GET', 'a')"), "1");
}

TEST_F(RedisCommandsTest, NumbersOfAScriptAreWrittenOut) {
    EXPECT_EQ(evaluate("redis.call('SET', 'a', 1764404000000123) return redis.call('GET', 'a')"),
              "1764404000000123");
    EXPECT_EQ(evaluate("redis.call('SET', 'a', 0.5) return redis.call('GET', 'a')"), "0.5");
    EXPECT_EQ(evaluate("redis.call('SET', 'a', -3) return redis.call('GET', 'a')"), "-3");
    EXPECT_THAT(evaluate("redis.call('SET', 'a', 1e300) return redis.call('GET', 'a')"),
                HasSubstr("e+300"));
}

TEST_F(RedisCommandsTest, ValuesComeOutOfAScript) {
    EXPECT_EQ(evaluate("return 3.9"), "3");
    EXPECT_EQ(evaluate("return -3.9"), "-3");
    EXPECT_EQ(evaluate("return true"), "1");
    EXPECT_EQ(evaluate("return false"), "nil");
    EXPECT_EQ(evaluate("return nil"), "nil");
    EXPECT_EQ(evaluate("return"), "nil");
    EXPECT_EQ(evaluate("return {1, 'a', {2, {}}, false, true}"), "[1 a [2 []] nil 1]");
    EXPECT_EQ(evaluate("return {1, nil, 3}"), "[1]") << "it ends there";
    EXPECT_EQ(evaluate("return {ok = 'FINE'}"), "FINE");
    EXPECT_EQ(evaluate("return {x = 1}"), "[]");
    EXPECT_EQ(evaluate("return 'a\\0b'"), std::string("a\0b", 3));
    const Reply error = script("return {err = 'MINE is mine'}");
    EXPECT_TRUE(error.is_error);
    EXPECT_THAT(error.text, StartsWith("MINE is mine"));
}

TEST_F(RedisCommandsTest, AnErrorEndsAScriptAndUndoesNothing) {
    run({"SET", "text", "x"});
    const Reply reply = script(
        "redis.call('HSET', 'h', 'a', 1)\nredis.call('HSET', 'text', 'a', 1)\n"
        "redis.call('HSET', 'h', 'b', 1)");
    EXPECT_TRUE(reply.is_error);
    EXPECT_THAT(reply.text,
                AllOf(StartsWith(wrong_type + " script: "), HasSubstr(", on @user_script:2.")));
    EXPECT_EQ(run({"HGETALL", "h"}), "[a 1]");
    for (const auto& [text, begin] : std::vector<std::pair<std::string, std::string>>{
             {"return nil < 1", "ERR user_script:1: attempt to compare nil with number script: "},
             {"return 1 + nil .. ''", "ERR user_script:1: attempt to perform arithmetic on a nil"},
             {"redis.call('NOTHING')", "ERR Unknown Redis command called from script script: "},
             {"redis.call('GET')",
              "ERR Wrong number of args calling Redis command from script script: "},
             {"redis.call('GET', nil)",
              "ERR Lua redis lib command arguments must be strings or integers script: "},
             {"redis.call('PEXPIRE', 'a', 'x')",
              "ERR value is not an integer or out of range script: "},
             {"return none",
              "ERR user_script:1: Script attempted to access nonexistent global "
              "variable 'none' script: "},
             {"error('mine')", "ERR user_script:1: mine script: "}}) {
        const Reply failed = script(text);
        EXPECT_TRUE(failed.is_error) << text;
        EXPECT_THAT(failed.text, AllOf(StartsWith(begin), HasSubstr(", on @user_script:1.")));
    }
    EXPECT_TRUE(script("x = 1").is_error) << "there are no globals";
    EXPECT_EQ(evaluate("return redis.call('HGET', 'h', 'a')"), "1") << "and it goes on as ever";
}

TEST_F(RedisCommandsTest, AScriptMayCatchErrors) {
    run({"SET", "text", "x"});
    EXPECT_EQ(evaluate("local r = redis.pcall('HLEN', 'text') return {type(r), r.err}"),
              "[table " + wrong_type + "]");
    EXPECT_EQ(evaluate("local r = redis.pcall('HMGET', 'text', 'a') return tostring(r[1])"), "nil");
    EXPECT_EQ(evaluate("local ok, raised = pcall(redis.call, 'HLEN', 'text')\n"
                       "return {tostring(ok), raised}"),
              "[false " + wrong_type + "]");
    EXPECT_EQ(evaluate("return {tostring(pcall(function() return 1 < nil end))}"), "[false]");
}

TEST_F(RedisCommandsTest, WithoutMemoryOnlyWhatNeedsNoneIsCarriedOut) {
    run({"HSET", "h", "a", "1", "b", "2"});
    run({"RPUSH", "l", "1", "2"});
    run({"ZADD", "z", "1", "a", "2", "b"});
    run({"SET", "s", "x"});
    // All have to be there before.
    const std::string first = "redis.call('HSET', 'h', 'c', 1) return redis.call('HLEN', 'h')";
    const std::string after_del = "redis.call('DEL', '-') " + first;
    const std::string after_read = "redis.call('HLEN', 'h') " + first;
    const std::string caught = "return redis.pcall('RPUSH', 'l', 3).err";
    for (const std::string& text : {first, after_del, after_read, caught}) {
        run({"SCRIPT", "LOAD", text});
    }
    EXPECT_EQ(run({"CONFIG", "SET", "maxmemory-policy", "noeviction"}), "OK");
    EXPECT_EQ(run({"CONFIG", "SET", "maxmemory", "1"}), "OK");
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"HSET", "h", "c", "1"},
                                               {"HSETNX", "h", "c", "1"},
                                               {"RPUSH", "l", "3"},
                                               {"SET", "s", "y"},
                                               {"ZADD", "z", "3", "c"}}) {
        EXPECT_EQ(run(words), "OOM command not allowed when used memory > 'maxmemory'.");
    }
    EXPECT_EQ(run({"HDEL", "h", "b"}), "1");
    EXPECT_EQ(run({"LPOP", "l"}), "1");
    EXPECT_EQ(run({"ZREM", "z", "a"}), "1");
    EXPECT_EQ(run({"PEXPIRE", "s", "60000"}), "1");
    EXPECT_EQ(run({"RENAME", "s", "s2"}), "OK");
    EXPECT_EQ(run({"PUBLISH", "t", "x"}), "0");
    for (const std::string& text : {first, after_read}) {
        EXPECT_THAT(evaluate(text),
                    StartsWith("OOM command not allowed when used memory > 'maxmemory'. script: "));
    }
    EXPECT_THAT(evaluate(caught), StartsWith("OOM command not allowed"));
    EXPECT_EQ(evaluate(after_del), "2") << "one that has written is not stopped half way";
    EXPECT_EQ(run({"CONFIG", "SET", "maxmemory", "0"}), "OK");
    EXPECT_EQ(evaluate(first), "2");
}

}  // namespace
}  // namespace carillon::test
