#include "carillon/net/listener.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

namespace carillon {
namespace {

const Endpoint any_port{boost::asio::ip::make_address("127.0.0.1"), 0};

int tcp_option(int descriptor, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(descriptor, IPPROTO_TCP, name, &value, &size), 0);
    return value;
}

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

TEST(Listener, HandsItsOptionsOnToTheConnectionsItAccepts) {
    ShardMetrics metrics;
    EventLoop loop(metrics);
    int accepted = -1;
    Listener listener(loop, any_port, [&](int descriptor, const Endpoint&) {
        accepted = descriptor;
        loop.stop();
    });
    listener.start();
    boost::asio::ip::tcp::socket client(loop.context());
    client.connect(listener.endpoint());
    loop.run();
    ASSERT_GE(accepted, 0);
    EXPECT_EQ(tcp_option(accepted, TCP_NODELAY), 1);
    EXPECT_EQ(tcp_option(accepted, TCP_NOTSENT_LOWAT), 128 * 1024);
    EXPECT_EQ(tcp_option(accepted, TCP_USER_TIMEOUT), 30'000);
    ::close(accepted);
}

}  // namespace
}  // namespace carillon
