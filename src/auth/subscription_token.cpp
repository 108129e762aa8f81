#include "carillon/auth/subscription_token.hpp"

#include "carillon/auth/signature.hpp"

namespace carillon {
namespace {

std::string signed_text(std::string_view socket_id, std::string_view channel,
                        std::optional<std::string_view> channel_data) {
    std::string text;
    text.reserve(socket_id.size() + channel.size() + (channel_data ? channel_data->size() : 0) + 2);
    text += socket_id;
    text += ':';
    text += channel;
    if (channel_data) {
        text += ':';
        text += *channel_data;
    }
    return text;
}

std::string signed_text(std::string_view socket_id, std::string_view user_data) {
    std::string text{socket_id};
    text += "::user::";
    text += user_data;
    return text;
}

Result<void> check_token(std::string_view token, std::string_view text,
                         std::span<const Credential> credentials) {
    const std::size_t colon = token.find(':');
    if (colon == std::string_view::npos) {
        return Error{Errc::unauthorized, "Invalid auth: expected KEY:SIGNATURE"};
    }
    for (const Credential& credential : credentials) {
        if (credential.key != token.substr(0, colon)) continue;
        if (is_hex_digest(token.substr(colon + 1), hmac_sha256_hex(credential.secret, text))) {
            return {};
        }
        return Error{Errc::unauthorized, "Invalid signature in auth"};
    }
    return Error{Errc::unauthorized, "Invalid key in auth: the app has no such key"};
}

std::string token_over(const Credential& credential, std::string_view text) {
    std::string token{credential.key};
    token += ':';
    token += hmac_sha256_hex(credential.secret, text);
    return token;
}

}  // namespace

Result<void> check_subscription_token(std::string_view token, std::string_view socket_id,
                                      std::string_view channel,
                                      std::optional<std::string_view> channel_data,
                                      std::span<const Credential> credentials) {
    return check_token(token, signed_text(socket_id, channel, channel_data), credentials);
}

Result<void> check_signin_token(std::string_view token, std::string_view socket_id,
                                std::string_view user_data,
                                std::span<const Credential> credentials) {
    return check_token(token, signed_text(socket_id, user_data), credentials);
}

std::string subscription_token(const Credential& credential, std::string_view socket_id,
                               std::string_view channel,
                               std::optional<std::string_view> channel_data) {
    return token_over(credential, signed_text(socket_id, channel, channel_data));
}

std::string signin_token(const Credential& credential, std::string_view socket_id,
                         std::string_view user_data) {
    return token_over(credential, signed_text(socket_id, user_data));
}

}  // namespace carillon
