#include "carillon/auth/subscription_token.hpp"

#include <gtest/gtest.h>

#include <array>

#include "vectors.hpp"

namespace carillon {
namespace {

struct Vector {
    std::string_view channel;
    std::optional<std::string_view> channel_data;
    std::string_view digest;
};

const std::array vectors{
    Vector{"private-orders", std::nullopt,
           "d078f1439ee49857712fd100f919a633f0b601e2d1de88915ae7c175783929c7"},
    Vector{"presence-room", R"({"user_id":"u1","user_info":{"name":"Zoë"}})",
           "8c3459de82d4ccf96a9e4611cad91104cc490b3324780c19d8486d28643f7c9e"},
    Vector{"presence-room", R"({"user_id":7})",
           "df2c93219966345c5f53877f0cd926f5f10a8aa9c4f5e13dc745263bafcac64d"},
    Vector{"presence-room", std::nullopt,
           "a757242df3e10ca6133c49a3c44b17f41a69c4773e18e6159fad4fcdae60b6fc"},
    Vector{"private-orders", R"({"user_id":"u1"})",
           "bfed7d826fae095477617462ceb06217110025fb4d305eee43faf3aa4cf47469"},
    Vector{"private-encrypted-orders", std::nullopt,
           "a15db849c4ff653897c79daf48bcf749847331fcfe0466052ca9ca80873d1805"},
    Vector{"private-cache-orders", std::nullopt,
           "c4b854fa668ef7982752cc24adea7eadf4e5e5dbb8718084c864792527e5d821"}};

std::string token_of(const Vector& vector) {
    return std::string{vector_credential.key} + ":" + std::string{vector.digest};
}

Result<void> check(std::string_view token, const Vector& vector,
                   std::span<const Credential> credentials = {&vector_credential, 1}) {
    return check_subscription_token(token, vector_socket, vector.channel, vector.channel_data,
                                    credentials);
}

TEST(SubscriptionToken, MatchesTheVectors) {
    for (const Vector& vector : vectors) {
        const std::string token = token_of(vector);
        EXPECT_TRUE(check(token, vector)) << vector.channel;
        EXPECT_EQ(subscription_token(vector_credential, vector_socket, vector.channel,
                                     vector.channel_data),
                  token);
    }
}

TEST(SubscriptionToken, IsGoodForOneSubscriptionOnly) {
    for (const Vector& signed_for : vectors) {
        for (const Vector& used_for : vectors) {
            EXPECT_EQ(check(token_of(signed_for), used_for).has_value(), &signed_for == &used_for);
        }
    }
    EXPECT_FALSE(check_subscription_token(token_of(vectors[0]), "12345.67891", vectors[0].channel,
                                          std::nullopt, {&vector_credential, 1}));
    EXPECT_FALSE(check_subscription_token(token_of(vectors[0]), vector_socket, vectors[0].channel,
                                          "", {&vector_credential, 1}))
        << "empty data is data";
}

TEST(SubscriptionToken, TakesUpperCaseHex) {
    std::string token = token_of(vectors[0]);
    for (std::size_t i = token.find(':'); i < token.size(); ++i) {
        if (token[i] >= 'a' && token[i] <= 'f') token[i] = static_cast<char>(token[i] & ~0x20);
    }
    EXPECT_TRUE(check(token, vectors[0]));
}

TEST(SubscriptionToken, TakesEveryKeyOfTheAppAndNoOther) {
    const std::array both{published_credential, vector_credential};
    EXPECT_TRUE(check(token_of(vectors[0]), vectors[0], both));
    const std::string crossed =
        std::string{published_credential.key} + ":" + std::string{vectors[0].digest};
    EXPECT_FALSE(check(crossed, vectors[0], both)) << "the secret must be the key's own";
    EXPECT_FALSE(check(token_of(vectors[0]), vectors[0], {&published_credential, 1}));
    EXPECT_FALSE(check(token_of(vectors[0]), vectors[0], {}));
}

TEST(SubscriptionToken, RefusesOtherShapesWithoutTellingSecrets) {
    const std::string key{vector_credential.key};
    const std::string good = token_of(vectors[0]);
    for (const std::string& token : {std::string{}, std::string{":"}, key, key + ":", good + "0",
                                     good.substr(0, good.size() - 1), " " + good, good + "\n",
                                     key + "::" + std::string{vectors[0].digest}}) {
        const auto verdict = check(token, vectors[0]);
        ASSERT_FALSE(verdict) << token;
        EXPECT_EQ(verdict.error().code, Errc::unauthorized);
        EXPECT_EQ(verdict.error().what.find(vector_credential.secret), std::string_view::npos);
        EXPECT_EQ(verdict.error().what.find(vectors[0].digest), std::string_view::npos);
    }
}

TEST(SigninToken, MatchesTheVector) {
    constexpr std::string_view user =
        R"({"id":"u1","user_info":{"name":"Zoë"},"watchlist":["u2","u3"]})";
    const std::string token =
        "a1b2c3d4e5f60718293a:df998a6e185f5a2bad90ccf75fcdae571a439267e0f6f9af8d1dec5821ab100b";
    EXPECT_EQ(signin_token(vector_credential, vector_socket, user), token);
    const std::array credentials{vector_credential};
    EXPECT_TRUE(check_signin_token(token, vector_socket, user, credentials));
    EXPECT_FALSE(check_signin_token(token, "12345.67891", user, credentials));
    EXPECT_FALSE(check_signin_token(token, vector_socket, R"({"id":"u1"})", credentials));
}

}  // namespace
}  // namespace carillon
