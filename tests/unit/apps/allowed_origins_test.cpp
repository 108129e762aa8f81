#include "carillon/apps/allowed_origins.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

bool admits(std::string_view pattern, std::string_view origin) {
    const auto parsed = OriginPattern::parse(pattern);
    EXPECT_TRUE(parsed) << pattern;
    return parsed && AllowedOrigins({*parsed}).allows(origin);
}

TEST(AllowedOrigins, CompareSchemeHostAndPort) {
    EXPECT_TRUE(admits("https://example.com", "https://example.com"));
    EXPECT_TRUE(admits("HTTPS://Example.COM", "https://EXAMPLE.com"));
    EXPECT_TRUE(admits("https://example.com:443", "https://example.com"));
    EXPECT_TRUE(admits("http://example.com", "http://example.com:80"));
    EXPECT_TRUE(admits("http://localhost:3000", "http://localhost:3000"));
    EXPECT_TRUE(admits("http://[::1]:3000", "http://[::1]:3000"));
    EXPECT_TRUE(admits("capacitor://localhost", "capacitor://localhost"));
    for (const std::string_view other :
         {"http://example.com", "https://example.com:8443", "https://example.org",
          "https://a.example.com", "https://example.com.evil.org", "https://evil-example.com",
          "null", "example.com", "https://"}) {
        EXPECT_FALSE(admits("https://example.com", other)) << other;
    }
}

TEST(AllowedOrigins, AStarMatchesAnySubdomain) {
    EXPECT_TRUE(admits("https://*.example.com", "https://a.example.com"));
    EXPECT_TRUE(admits("https://*.example.com", "https://a.b.example.com"));
    EXPECT_FALSE(admits("https://*.example.com", "https://example.com"));
    EXPECT_FALSE(admits("https://*.example.com", "https://evilexample.com"));
    EXPECT_TRUE(admits("*", "https://anything"));
    EXPECT_TRUE(admits("*", "null"));
}

TEST(AllowedOrigins, AllowClientsWithoutAnOriginAndAllWithoutAList) {
    EXPECT_TRUE(admits("https://example.com", ""));
    EXPECT_TRUE(AllowedOrigins().allows("https://anything"));
}

TEST(OriginPattern, RefusesWhatIsNotAnOrigin) {
    for (const std::string_view text :
         {"", "example.com", "https://", "://example.com", "https://example.com/", "https://*",
          "https://*.", "https://a.*.com", "https://example.com:port", "https://u@example.com",
          "https://example.com:123456", "**"}) {
        EXPECT_FALSE(OriginPattern::parse(text)) << text;
    }
}

}  // namespace
}  // namespace carillon
