#include "carillon/runtime/event_loop.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <vector>

#include "carillon/runtime/cores.hpp"

namespace carillon {
namespace {

TEST(EventLoop, EndsATurnAfterItsHandlersAndInTheOrderOfRegistration) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    std::string trace;
    loop.at_end_of_turn([&] { trace += "a"; });
    loop.at_end_of_turn([&] { trace += "b "; });
    boost::asio::post(loop.context(), [&] { trace += "1"; });
    boost::asio::post(loop.context(), [&] { trace += "2"; });
    loop.stop();
    loop.run();
    EXPECT_EQ(trace, "12ab ");
}

TEST(EventLoop, ABusyHandlerCannotPutOffTheEndOfTheTurn) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    int turns = 0;
    int handlers = 0;
    // Never has nothing to do: if that could put off the end, the test would not come to its own.
    std::function<void()> again = [&] {
        ++handlers;
        if (turns < 3) boost::asio::post(loop.context(), again);
    };
    loop.at_end_of_turn([&] {
        if (++turns == 3) loop.stop();
    });
    boost::asio::post(loop.context(), again);
    loop.run();
    EXPECT_GE(handlers, 3);
}

TEST(EventLoop, RunsDeferredWorkBeforeTheEndOfTheTurn) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    std::string trace;
    loop.at_end_of_turn([&] { trace += "end "; });
    boost::asio::post(loop.context(), [&] {
        loop.defer([&] {
            trace += "deferred ";
            loop.defer([&] { trace += "nested "; });
        });
        trace += "handler ";
    });
    loop.stop();
    loop.run();
    EXPECT_EQ(trace, "handler deferred nested end ");
}

TEST(EventLoop, WorkDeferredAtTheEndOfATurnStillBelongsToIt) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    std::string trace;
    bool once = true;
    loop.at_end_of_turn([&] {
        trace += "end ";
        if (std::exchange(once, false)) loop.defer([&] { trace += "deferred "; });
    });
    loop.stop();
    loop.run();
    EXPECT_EQ(trace, "end deferred end ");
}

TEST(UsableCores, AreAtLeastOne) {
    EXPECT_GE(usable_cores(), 1U);
}

}  // namespace
}  // namespace carillon
