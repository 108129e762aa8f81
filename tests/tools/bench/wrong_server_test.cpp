#include "wrong_server.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "bench_run.hpp"

namespace carillon::bench::test {
namespace {

constexpr std::uint32_t connections = 7;

/// 1,000 events on one channel, as fast as answers come.
BenchOptions options_for(const WrongServer& server, std::uint32_t in_flight = 1) {
    BenchOptions options;
    options.target.port = server.port();
    options.subscribers.connections = connections;
    options.publish.in_flight = in_flight;
    options.publish.events = 1000;
    options.publish.warm_up_seconds = 0;
    options.publish.drain_patience_seconds = 0.3;
    return options;
}

BenchReport run(const BenchOptions& options) {
    std::ostringstream progress;
    const std::atomic<bool> interrupted{false};
    return run_bench(options, progress, interrupted);
}

TEST(AgainstAWrongServer, NothingIsFoundWhenItDoesNothingWrong) {
    WrongServer server({});
    const BenchReport report = run(options_for(server, 4));
    EXPECT_TRUE(report.is_clean()) << to_text(report);
    EXPECT_EQ(report.measured.events, 1000U);
    EXPECT_EQ(report.measured.deliveries, 1000U * connections);
    EXPECT_EQ(report.latencies.count(), 1000U * connections);
    EXPECT_EQ(server.finish().delivered, 1000U * connections);
}

TEST(AgainstAWrongServer, EveryDropIsCounted) {
    WrongServer server({.drop_every = 17});
    const BenchReport report = run(options_for(server, 4));
    const Wrongs wrongs = server.finish();
    EXPECT_EQ(wrongs.dropped, 1000U / 17 * connections);
    EXPECT_EQ(report.lost, wrongs.dropped);
    EXPECT_EQ(report.subscribers.received, wrongs.delivered);
    EXPECT_EQ(report.subscribers.duplicated, 0U);
    EXPECT_EQ(report.subscribers.out_of_order, 0U);
    EXPECT_FALSE(report.is_clean());
}

TEST(AgainstAWrongServer, EveryDoubleIsCounted) {
    WrongServer server({.double_every = 10});  // The last one too.
    const BenchReport report = run(options_for(server, 4));
    EXPECT_EQ(server.finish().doubled, 1000U / 10 * connections);
    EXPECT_EQ(report.subscribers.duplicated, 1000U / 10 * connections);
    EXPECT_EQ(report.subscribers.received, 1000U * connections);
    EXPECT_EQ(report.lost, 0U);
    EXPECT_FALSE(report.is_clean());
}

TEST(AgainstAWrongServer, EverySwapIsCounted) {
    WrongServer server({.swap_every = 7});
    const BenchReport report = run(options_for(server));
    EXPECT_EQ(server.finish().swapped, 1000U / 7 * connections);
    EXPECT_EQ(report.subscribers.out_of_order, 1000U / 7 * connections);
    EXPECT_EQ(report.lost, 0U);
    EXPECT_EQ(report.subscribers.duplicated, 0U);
    EXPECT_FALSE(report.is_clean());
}

TEST(AgainstAWrongServer, FaultsTogetherAreTakenApart) {
    WrongServer server({.drop_every = 11, .double_every = 13, .swap_every = 7});
    const BenchReport report = run(options_for(server));
    const Wrongs wrongs = server.finish();
    EXPECT_GT(wrongs.swapped, 0U);
    EXPECT_EQ(report.lost, wrongs.dropped);
    EXPECT_EQ(report.subscribers.duplicated, wrongs.doubled);
    EXPECT_EQ(report.subscribers.out_of_order, wrongs.swapped);
    EXPECT_EQ(report.subscribers.received, wrongs.delivered);
}

TEST(AgainstAWrongServer, RefusedEventsAreNotExpected) {
    WrongServer server({.refuse_every = 9});
    const BenchReport report = run(options_for(server, 3));
    EXPECT_EQ(server.finish().refused, 1000U / 9);
    EXPECT_EQ(report.publish.refused, 1000U / 9);
    EXPECT_EQ(report.publish.statuses.at(503), 1000U / 9);
    EXPECT_EQ(report.lost, 0U);
    EXPECT_EQ(report.subscribers.duplicated, 0U);
    EXPECT_EQ(report.subscribers.received, (1000U - 1000U / 9) * connections);
}

TEST(AgainstAWrongServer, UnansweredEventsMayComeOrNot) {
    WrongServer server({.drop_every = 10, .ignore_every = 10});
    const BenchReport report = run(options_for(server));
    EXPECT_EQ(server.finish().ignored, 100U);
    EXPECT_EQ(report.publish.unanswered, 100U);
    EXPECT_EQ(report.lost, 0U);  // Request and delivery n are the same event here.
    EXPECT_EQ(report.subscribers.received, 900U * connections);
}

TEST(AgainstAWrongServer, AConnectionThatIsClosedLosesTheRest) {
    WrongServer server({.close_after = 600});
    const BenchReport report = run(options_for(server));
    EXPECT_EQ(report.subscribers.closed, 1U);
    EXPECT_EQ(report.lost, 400U);
    EXPECT_FALSE(report.stalled);
}

TEST(AgainstAWrongServer, SilenceEndsTheRun) {
    WrongServer server({.silent = true});
    BenchOptions options = options_for(server);
    options.subscribers.connect_patience_seconds = 0.2;
    const BenchReport report = run(options);
    EXPECT_TRUE(report.stalled);
    EXPECT_EQ(report.subscribers.ready, 0U);
    EXPECT_FALSE(report.is_clean());
}

TEST(AgainstAWrongServer, NoServerListeningEndsTheRun) {
    std::uint16_t port = 0;
    {
        WrongServer server({});
        port = server.port();
    }
    BenchOptions options;
    options.target.port = port;
    options.subscribers.connections = connections;
    const BenchReport report = run(options);
    EXPECT_EQ(report.subscribers.failed, connections);
    EXPECT_FALSE(report.is_clean());
}

TEST(AgainstAWrongServer, AFixedRateSendsWhatIsDue) {
    WrongServer server({});
    BenchOptions options = options_for(server, 4);
    options.publish.rate = 2000;
    options.publish.events = 600;
    options.publish.batch = 1;
    const BenchReport report = run(options);
    EXPECT_TRUE(report.is_clean()) << to_text(report);
    EXPECT_EQ(report.measured.events, 600U);
    EXPECT_EQ(report.unsent, 0U);
    EXPECT_EQ(report.lags.count(), 600U);
    EXPECT_EQ(report.latencies.count(), 600U * connections);
}

}  // namespace
}  // namespace carillon::bench::test
