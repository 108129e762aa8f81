#include "carillon/net/trusted_proxies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

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

TEST_F(TrustedProxiesTest, IgnoresHeadersOfOtherPeers) {
    const auto stranger = origin("8.8.8.8", "1.2.3.4, unknown", "https, unknown");
    EXPECT_EQ(stranger.address, address("8.8.8.8"));
    EXPECT_FALSE(stranger.secure);
    EXPECT_FALSE(stranger.unreadable);
}

TEST_F(TrustedProxiesTest, TakesTheLastAddressThatIsNoProxyOfOurs) {
    EXPECT_EQ(origin("127.0.0.1", "1.2.3.4").address, address("1.2.3.4"));
    EXPECT_EQ(origin("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.7").address, address("1.2.3.4"));
    EXPECT_EQ(origin("127.0.0.1", "6.6.6.6,1.2.3.4").address, address("1.2.3.4"));
    EXPECT_EQ(origin("127.0.0.1", "10.0.0.9, 10.0.0.7").address, address("10.0.0.9"));
    EXPECT_EQ(origin("127.0.0.1", "2001:db8::1").address, address("2001:db8::1"));
}

TEST_F(TrustedProxiesTest, ReadsAddressesWithAndWithoutPorts) {
    const std::vector<std::pair<const char*, const char*>> entries = {
        {"1.2.3.4", "1.2.3.4"},
        {"1.2.3.4:567", "1.2.3.4"},
        {"1.2.3.4:65535", "1.2.3.4"},
        {"\"1.2.3.4:567\"", "1.2.3.4"},
        {"\t 1.2.3.4:567 \t", "1.2.3.4"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:443", "2001:db8::1"},
        {"\"[2001:db8::1]:443\"", "2001:db8::1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"fe80::1%eth0", "fe80::1"},
        {"[fe80::1%25eth0]:443", "fe80::1"},
        {"::ffff:1.2.3.4", "1.2.3.4"},
        {"[::ffff:102:304]:567", "1.2.3.4"},
    };
    for (const auto& [entry, client] : entries) {
        const auto found = origin("127.0.0.1", std::string("6.6.6.6, ") + entry);
        EXPECT_EQ(found.address, address(client)) << entry;
        EXPECT_FALSE(found.unreadable) << entry;
    }
}

TEST_F(TrustedProxiesTest, WalksOverTrustedProxiesHoweverTheyAreWritten) {
    for (const char* proxy : {"10.0.0.7:1234", "\"10.0.0.7\"", "::ffff:10.0.0.7",
                              "[::ffff:10.0.0.7]:80", "\"[::ffff:10.0.0.7]:80\""}) {
        const std::string list = std::string("6.6.6.6, 1.2.3.4:567, ") + proxy;
        EXPECT_EQ(origin("127.0.0.1", list).address, address("1.2.3.4")) << proxy;
        EXPECT_EQ(origin("::ffff:127.0.0.1", list).address, address("1.2.3.4")) << proxy;
    }
}

TEST_F(TrustedProxiesTest, EndsTheWalkAtAnEntryThatCannotBeRead) {
    for (const char* entry : {"unknown",
                              "_hidden",
                              "unix:",
                              "",
                              "\"\"",
                              "\"",
                              "1.2.3",
                              "1.2.3.4:",
                              "1.2.3.4:x",
                              "1.2.3.4:123456",
                              "1.2.3.4 5.6.7.8",
                              "1.2.3.4%eth0",
                              "[1.2.3.4]",
                              "[2001:db8::1",
                              "[2001:db8::1]443",
                              "[2001:db8::1]:",
                              "[2001:db8::1]:x",
                              "[]",
                              "[]:80",
                              ":80",
                              "[:]",
                              "2001:db8::1]",
                              "\"1.2.3.4",
                              "1.2.3.4\"",
                              "client.example",
                              "1.2.3.4;5.6.7.8"}) {
        const auto found = origin("127.0.0.1", std::string("1.2.3.4, ") + entry + ", 10.0.0.7");
        EXPECT_EQ(found.address, address("10.0.0.7")) << entry;
        EXPECT_TRUE(found.unreadable) << entry;
    }
    EXPECT_EQ(origin("127.0.0.1", ",,").address, address("127.0.0.1"));
    EXPECT_TRUE(origin("127.0.0.1", ",,").unreadable);
    // A comma between quotes separates, too.
    EXPECT_EQ(origin("127.0.0.1", "\"6.6.6.6, 1.2.3.4\"").address, address("127.0.0.1"));
}

TEST_F(TrustedProxiesTest, MindsNoEntryLeftOfTheClientsAndNoHeaderAtAll) {
    EXPECT_FALSE(origin("127.0.0.1", "unknown, 1.2.3.4").unreadable);
    for (const char* nothing : {"", " ", "\t"}) {
        EXPECT_EQ(origin("127.0.0.1", nothing, nothing).address, address("127.0.0.1"));
        EXPECT_FALSE(origin("127.0.0.1", nothing, nothing).unreadable);
    }
}

TEST_F(TrustedProxiesTest, KnowsWhetherTheClientCameByTls) {
    for (const char* scheme : {"https", "HTTPS", "Https", "wss", "WSS", " https ", "\"https\""}) {
        EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4", scheme).secure) << scheme;
        EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4", scheme).unreadable) << scheme;
    }
    for (const char* scheme : {"http", "HTTP", "ws", ""}) {
        EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4", scheme).secure) << scheme;
        EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4", scheme).unreadable) << scheme;
    }
    EXPECT_TRUE(origin("10.1.1.1", "", "https").secure);
    EXPECT_TRUE(proxies.origin({address("10.1.1.1"), true}, "1.2.3.4", "").secure);
    EXPECT_FALSE(proxies.origin({address("10.1.1.1"), true}, "1.2.3.4", "http").secure);
}

TEST_F(TrustedProxiesTest, TakesTheSchemeOfTheClientsOwnEntry) {
    // The client wrote the first, the proxy that it called the second.
    EXPECT_FALSE(origin("10.1.1.1", "1.2.3.4", "https, http").secure);
    EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4", "http, https").secure);
    EXPECT_FALSE(origin("10.1.1.1", "6.6.6.6, 1.2.3.4", "https, http").secure);
    EXPECT_FALSE(origin("10.1.1.1", "", "https, http").secure);
    // Two proxies, both of which append; then two, of which the outer alone says something.
    EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4, 10.0.0.7", "http, https, http").secure);
    EXPECT_TRUE(origin("10.1.1.1", "1.2.3.4, 10.0.0.7", "https").secure);
    // The walk ends at 10.0.0.7, which called by http.
    EXPECT_FALSE(origin("10.1.1.1", "unknown, 10.0.0.7", "https, http").secure);
}

TEST_F(TrustedProxiesTest, TakesASchemeThatCannotBeReadForUnencrypted) {
    for (const char* scheme : {"ftp", "https;", "https http", "http, ", "https,", "\"https"}) {
        const auto found = proxies.origin({address("10.1.1.1"), true}, "1.2.3.4", scheme);
        EXPECT_FALSE(found.secure) << scheme;
        EXPECT_TRUE(found.unreadable) << scheme;
        EXPECT_EQ(found.address, address("1.2.3.4"));
    }
}

}  // namespace
}  // namespace carillon
