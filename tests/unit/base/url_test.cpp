#include "carillon/base/url.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace carillon {
namespace {

TEST(Url, HasItsPartsDecodedOnlyWhereTheyAreNoPath) {
    const auto url = Url::parse("tcp+x://al%20ice:s%3Acret@Cache-1.example_x:6380/a%2Fb//?q=%20&r");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "tcp+x");
    EXPECT_TRUE(url->has_user_info);
    EXPECT_EQ(url->user, "al ice");
    EXPECT_EQ(url->password, "s:cret");
    EXPECT_EQ(url->host, "Cache-1.example_x");
    EXPECT_EQ(url->port, 6380);
    EXPECT_EQ(url->path, "/a%2Fb//");
    EXPECT_EQ(url->query, "?q=%20&r");
}

TEST(Url, NeedsNothingButSchemeAndHost) {
    const auto url = Url::parse("http://a");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "a");
    EXPECT_FALSE(url->has_user_info);
    EXPECT_FALSE(url->port);
    EXPECT_EQ(url->path, "");
    EXPECT_EQ(url->query, "");
}

TEST(Url, TakesAddresses) {
    EXPECT_EQ(Url::parse("x://10.0.0.7:1")->host, "10.0.0.7");
    EXPECT_EQ(Url::parse("x://[2001:DB8::1]:65535/")->host, "2001:DB8::1");
    EXPECT_EQ(Url::parse("x://[::ffff:1.2.3.4]")->host, "::ffff:1.2.3.4");
}

TEST(Url, TakesNamesThatBeginLikeAnAddress) {
    for (const char* host : {"10.0.0.1.example", "1.2.3.4x", "1.2.3.400", "1.2.3.4.5", "1.2.3"}) {
        const auto url = Url::parse("http://u:p@" + std::string(host) + ":8080/x?y");
        ASSERT_TRUE(url) << host;
        EXPECT_EQ(url->host, host);
        EXPECT_EQ(url->user, "u");
        EXPECT_EQ(url->port, 8080);
        EXPECT_EQ(url->path, "/x");
        EXPECT_EQ(url->query, "?y");
    }
}

TEST(Url, SaysWhatIsWrongWithoutRepeatingIt) {
    const std::string_view port = "the port must be a number from 1 to 65535";
    const std::string_view host =
        "the host must be an address, or a name of letters, digits and -._~";
    const std::string_view escape = "it has a character that must be percent-encoded";
    const std::string_view malformed =
        "its user, host or port is malformed, or a % is not followed by two hexadecimal digits";
    for (const auto& [text, what] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"", "it is empty"},
             {"example.com:80", "it does not begin with SCHEME://"},
             {"http:/a", "it does not begin with SCHEME://"},
             {"http://", "the host is missing"},
             {"http://:80/", "the host is missing"},
             {"http://a:", port},
             {"http://a:0", port},
             {"http://a:65536", port},
             {"http://a:99999999999999999999", port},
             {"http://a:8x", malformed},
             {"http://1.2.3.4:8x", malformed},
             {"http://1.2.3.4:8:9/", malformed},
             {"http://1.2.3.4%41/", host},
             {"http://[::1]x/", malformed},
             {"mailto:a@b", "it does not begin with SCHEME://"},
             {"http://a,b", host},
             {"http://a%41", host},
             {"http://[v1.x]", host},
             {"http://[::1", malformed},
             {"http://[::1%25eth0]", malformed},
             {"http://[10.0.0.1]", malformed},
             {"http://a/%4g", malformed},
             {"http://u@v@a", malformed},
             {"http://a/#part", "a fragment (#) is not allowed"},
             {"http://a/x y", escape},
             {"http://a/\xC3\xBC", escape},
             {"http://a/x\r\nHost: b", escape},
             {"http://a/{x}", escape}}) {
        const auto url = Url::parse(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().what, what) << text;
    }
}

TEST(HostAndPort, PutsIpv6IntoBrackets) {
    EXPECT_EQ(host_and_port("a.example", 80), "a.example:80");
    EXPECT_EQ(host_and_port("127.0.0.1", 6001), "127.0.0.1:6001");
    EXPECT_EQ(host_and_port("::1", 6001), "[::1]:6001");
    EXPECT_EQ(host_in_url("fd00::7"), "[fd00::7]");
}

}  // namespace
}  // namespace carillon
