#include "carillon/net/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

boost::asio::ip::address address(const char* text) {
    return boost::asio::ip::make_address(text);
}

bool contains(const char* range, const char* candidate) {
    return AddressRange::parse(range)->contains(address(candidate));
}

TEST(AddressRange, ContainsWhatSharesItsPrefix) {
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
    EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
    EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
    EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:1::1"));
    EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::1"));
    EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    EXPECT_FALSE(contains("10.0.0.0/8", "2001:db8::1"));
}

TEST(AddressRange, RefusesWhatIsNone) {
    for (const char* text : {"", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x",
                             "localhost", "10.0.0.0/-1", "10.0.0.0/8 "}) {
        EXPECT_FALSE(AddressRange::parse(text)) << text;
    }
}

class TrustedProxiesTest : public ::testing::Test {
protected:
    [[nodiscard]] RequestOrigin origin(const char* peer, std::string_view forwarded_for,
                                       std::string_view proto = "") const {
        return proxies.origin({address(peer), false}, forwarded_for, proto);
    }
    TrustedProxies proxies{{"10.0.0.0/8", "127.0.0.1"}};
};

TEST_F(TrustedProxiesTest, BelievesNobodyElse) {
    const auto stranger = origin("8.8.8.8", "1.2.3.4", "https");
    EXPECT_EQ(stranger.address, address("8.8.8.8"));
    EXPECT_FALSE(stranger.secure);
}

TEST_F(TrustedProxiesTest, TakesTheLastAddressThatIsNoProxyOfOurs) {
    EXPECT_EQ(origin("127.0.0.1", "1.2.3.4").address, address("1.2.3.4"));
    EXPECT_EQ(origin("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.7").address, address("1.2.3.4"));
    EXPECT_EQ(origin("127.0.0.1", "10.0.0.9, 10.0.0.7").address, address("10.0.0.9"));
    EXPECT_EQ(origin("127.0.0.1", "2001:db8::1").address, address("2001:db8::1"));
}

TEST_F(TrustedProxiesTest, StopsAtWhatIsNoAddress) {
    EXPECT_EQ(origin("127.0.0.1", "1.2.3.4, unknown, 10.0.0.7").address, address("10.0.0.7"));
    EXPECT_EQ(origin("127.0.0.1", "").address, address("127.0.0.1"));
    EXPECT_EQ(origin("127.0.0.1", ",,").address, address("127.0.0.1"));
}

TEST_F(TrustedProxiesTest, KnowsWhetherTheClientCameByTls) {
    EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4", "https").secure);
    EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4", "https, http").secure);
    EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4", "http").secure);
    EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4").secure);
}

}  // namespace
}  // namespace carillon
