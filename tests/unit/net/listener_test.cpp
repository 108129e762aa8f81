#include "carillon/net/listener.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

const Endpoint any_port{boost::asio::ip::make_address("127.0.0.1"), 0};

TEST(Listener, SharesItsPortWithTheOtherShardsOnly) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    const Listener first(loop, any_port, [](int, const Endpoint&) {});
    ASSERT_NE(first.endpoint().port(), 0);
    EXPECT_NO_THROW(Listener(loop, first.endpoint(), [](int, const Endpoint&) {}));
    EXPECT_EQ(probe_endpoint(first.endpoint()), boost::asio::error::address_in_use);
}

TEST(Listener, ProbeFindsAFreePortFree) {
    Endpoint endpoint;
    {
        ShardMetrics metrics;
        EventLoop loop(metrics);
        endpoint = Listener(loop, any_port, [](int, const Endpoint&) {}).endpoint();
    }
    EXPECT_FALSE(probe_endpoint(endpoint));
}

TEST(Listener, PrintsAddressesTheWayUrlsDo) {
    EXPECT_EQ(to_text({boost::asio::ip::make_address("127.0.0.1"), 6001}), "127.0.0.1:6001");
    EXPECT_EQ(to_text({boost::asio::ip::make_address("::1"), 6001}), "[::1]:6001");
}

}  // namespace
}  // namespace carillon
