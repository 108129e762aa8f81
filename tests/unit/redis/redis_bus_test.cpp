#include "carillon/redis/redis_bus.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(RedisBus, DistinguishesErrorsOfAScriptFromThoseOfTheServer) {
    for (const char* error :
         {"WRONGTYPE Operation against a key holding the wrong kind of value script: 1a, on "
          "@user_script:9.",
          "ERR user_script:12: attempt to compare nil with number script: 1a, on @user_script:12.",
          "ERR value is not an integer or out of range script: 1a, on @user_script:9.",
          "ERR Lua redis lib command arguments must be strings or integers script: 1a, on "
          "@user_script:7.",
          "ERR Error running script (call to f_1a): @user_script:9: WRONGTYPE Operation against a "
          "key holding the wrong kind of value"}) {
        EXPECT_TRUE(RedisBus::is_of_script(error)) << error;
    }
    for (const char* error :
         {"NOSCRIPT No matching script. Please use EVAL.",
          "READONLY You can't write against a read only replica.",
          "LOADING Redis is loading the dataset in memory", "NOAUTH Authentication required.",
          "READONLY You can't write against a read only replica. script: 1a, on @user_script:9.",
          "ERR unknown command 'EVALSHA'",
          "ERR Error running script (call to f_1a): @user_script:9: -READONLY You can't write",
          "ERR Error running script (call to f_1a): @user_script:9: -MISCONF Redis is "
          "configured"}) {
        EXPECT_FALSE(RedisBus::is_of_script(error)) << error;
    }
    EXPECT_TRUE(RedisBus::is_memory_full(
        "ERR Error running script (call to f_1a): @user_script:9: -OOM command not allowed"));
}

}  // namespace
}  // namespace carillon
