#include "carillon/base/http_url.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

TEST(HttpUrl, HasSchemeHostPortAndTarget) {
    const auto url = HttpUrl::parse("https://Example.com:8443/hook/x?token=1&b=%20");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "Example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/hook/x?token=1&b=%20");
    EXPECT_EQ(url->authority(), "Example.com:8443");
    EXPECT_EQ(url->origin(), "https://Example.com:8443");
}

TEST(HttpUrl, TakesTheSchemesPortAndTheRootIfNothingElseIsSaid) {
    EXPECT_EQ(HttpUrl::parse("http://a")->port, 80);
    EXPECT_EQ(HttpUrl::parse("https://a")->port, 443);
    EXPECT_EQ(HttpUrl::parse("http://a")->target, "/");
    EXPECT_EQ(HttpUrl::parse("http://a?x=1")->target, "/?x=1");
    EXPECT_EQ(HttpUrl::parse("https://a:443/")->authority(), "a");
    EXPECT_EQ(HttpUrl::parse("http://a:443/")->authority(), "a:443");
}

TEST(HttpUrl, KeepsIpv6OutOfBracketsAndWritesItInThem) {
    const auto url = HttpUrl::parse("http://[::1]:9000/x");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->authority(), "[::1]:9000");
}

TEST(HttpUrl, IsRefusedIfItIsNoneOrSaysMoreThanWeUse) {
    for (const char* text :
         {"", "example.com", "ftp://a/", "http:/a", "http://", "http:///x", "http://a:0/",
          "http://a:65536/", "http://a:/", "http://a:8x/", "http://user:secret@a/",
          "http://a/#part", "http://a b/", "http://a/x y", "http://a/x\r\nHost: b", "http://[::1/",
          "http://[]/", "http://[::1]x/", "HTTP://a/"}) {
        EXPECT_FALSE(HttpUrl::parse(text)) << text;
    }
}

}  // namespace
}  // namespace carillon
