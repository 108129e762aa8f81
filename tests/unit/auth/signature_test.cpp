#include "carillon/auth/signature.hpp"

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace carillon {
namespace {

TEST(HmacSha256Hex, MatchesThePublishedDigests) {
    const auto digest = [](std::string_view text) {
        return hmac_sha256_hex(published_credential.secret, text);
    };
    EXPECT_EQ(digest("1234.1234:private-foobar"),
              "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4");
    EXPECT_EQ(
        digest(R"(1234.1234:presence-foobar:{"user_id":10,"user_info":{"name":"Mr. Channels"}})"),
        "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80");
    EXPECT_EQ(
        digest(R"(1234.1234:presence-foobar:{"user_id":10,"user_info":{"name":"Mr. Pusher"}})"),
        "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c");
    EXPECT_EQ(digest(R"(1234.1234::user::{"id":"12345"})"),
              "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba");
    EXPECT_EQ(
        digest("POST\n/apps/3/events\nauth_key=278d425bdf160c739803&auth_timestamp=1353088179&"
               "auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f"),
        "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
}

TEST(HmacSha256Hex, StartsAfreshEveryTime) {
    const std::string first = hmac_sha256_hex("one", "text");
    EXPECT_NE(hmac_sha256_hex("two", "text"), first);
    EXPECT_EQ(hmac_sha256_hex("one", "text"), first);
    // HMAC_SHA256("", ""), and again after another key was in use.
    const std::string_view empty =
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    EXPECT_EQ(hmac_sha256_hex({}, {}), empty);
    EXPECT_EQ(hmac_sha256_hex("", ""), empty);
}

TEST(Md5Hex, MatchesTheVectors) {
    EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5_hex("{}"), "99914b932bd37a50b983c5e7c90ae93b");
    EXPECT_EQ(
        md5_hex(R"({"name":"order-shipped","data":"{\"id\":1}","channels":["private-orders"]})"),
        "e495bfae1e451350d4e9702f6614167b");
}

TEST(EqualInConstantTime, ComparesEveryByte) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_FALSE(equal_in_constant_time("ab", "abc"));
    EXPECT_FALSE(equal_in_constant_time("", "a"));
    EXPECT_FALSE(equal_in_constant_time("a", ""));
}

TEST(ContainsInConstantTime, FindsTheWholeOnly) {
    for (const std::string_view text : {"abc", "abcx", "xabc", "ababc"}) {
        EXPECT_TRUE(contains_in_constant_time(text, "abc")) << text;
    }
    for (const std::string_view text : {"", "ab", "ab c", "abd", "abab", "bcab"}) {
        EXPECT_FALSE(contains_in_constant_time(text, "abc")) << text;
    }
}

TEST(IsHexDigest, TakesEitherCase) {
    EXPECT_TRUE(is_hex_digest("00ff9a", "00ff9a"));
    EXPECT_TRUE(is_hex_digest("00Ff9A", "00ff9a"));
    EXPECT_FALSE(is_hex_digest("00ff9b", "00ff9a"));
    EXPECT_FALSE(is_hex_digest("00ff9", "00ff9a"));
    EXPECT_FALSE(is_hex_digest(" 0ff9a", "00ff9a"));
    EXPECT_FALSE(is_hex_digest("", "00ff9a"));
}

}  // namespace
}  // namespace carillon
