// A request that is signed as SDKs do gets in, whatever its parameter and body; one whose signature
// is off by a digit does not. What its body publishes is refused or a frame that clients can read.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "carillon/auth/api_request.hpp"
#include "carillon/auth/signature.hpp"
#include "carillon/protocol/server_messages.hpp"
#include "carillon/protocol/trigger.hpp"

namespace {

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

void require_frames(std::string_view body) {
    carillon::TriggerParser parser;
    const auto trigger = parser.parse_event(body, {});
    if (!trigger) return;
    for (const carillon::ChannelName& channel : trigger->channels) {
        const auto frame = nlohmann::json::parse(
            channel_event(channel.text(), trigger->name, trigger->data), nullptr, false);
        if (!frame.is_object() || frame["channel"] != channel.text()) std::abort();
        if (!frame["data"].is_string() || !frame["event"].is_string()) std::abort();
    }
}

}  // namespace

/// The first line is the value of a parameter, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const std::string_view value = input.substr(0, input.find('\n'));
    const std::string_view body = input.substr(std::min(value.size() + 1, input.size()));
    const Credential credential{"key", "0f1e2d3c4b5a69788796"};

    const auto parameters = [&](std::string_view info) {
        std::string text = "auth_key=key&auth_timestamp=1700000000&auth_version=1.0&body_md5=";
        return text.append(md5_hex(body)).append("&info=").append(info);
    };
    const std::string to_sign = "POST\n/apps/4242/events\n" + parameters(value);
    std::string signature = hmac_sha256_hex(credential.secret, to_sign);
    const auto check = [&] {
        const std::string text = parameters(escaped(value)) + "&auth_signature=" + signature;
        const auto query = Query::parse(text);
        if (!query) std::abort();
        return check_api_request({"POST", "/apps/4242/events", *query, body}, {&credential, 1},
                                 1700000000, 600, "");
    };
    if (check()) std::abort();
    signature.back() = signature.back() == '0' ? '1' : '0';
    const auto refusal = check();
    if (!refusal || refusal->status != 401) std::abort();
    if (refusal->text.find(credential.secret) != std::string::npos) std::abort();
    require_frames(body);
    return 0;
}
