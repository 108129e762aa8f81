#include "carillon/websocket/handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "carillon/websocket/deflate.hpp"
#include "field_text.hpp"

namespace carillon {
namespace {

/// Each with the version of the protocol that it stands for, all of which are served alike.
constexpr std::array<std::string_view, 4> subprotocols = {
    "pusher-channels-protocol-7", "pusher-channels-protocol-6", "pusher-channels-protocol-5",
    "pusher-channels-protocol-4"};

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equal_in_any_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool list_has(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        if (equal_in_any_case(trim(take_until(list, ',')), token)) return true;
    }
    return false;
}

/// The first of the client's that we know; empty if there is none.
std::string_view choose_subprotocol(std::string_view offered) noexcept {
    while (!offered.empty()) {
        const auto known = std::ranges::find(subprotocols, trim(take_until(offered, ',')));
        if (known != subprotocols.end()) return *known;
    }
    return {};
}

bool is_base64_char(char c) noexcept {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// The four bits beyond the sixteenth byte may be anything: home-made clients do not clear them.
bool is_key(std::string_view key) noexcept {
    return key.size() == 24 && key.ends_with("==") &&
           std::ranges::all_of(key.substr(0, 22), is_base64_char);
}

}  // namespace

boost::system::result<WsUpgrade, WsRefusal> accept_ws_upgrade(const WsUpgradeRequest& request) {
    if (request.method != "GET") return WsRefusal{405, "method is not GET"};
    if (!request.has_host) return WsRefusal{400, "Host is missing"};
    // HTTP/1.0 knows no Upgrade, so a server has to overlook it there (RFC 9110, 7.8).
    if (request.http_version < 11 || !list_has(request.upgrade, "websocket") ||
        !list_has(request.connection, "upgrade")) {
        return WsRefusal{426, "no upgrade to WebSocket is asked for"};
    }
    if (request.version != "13") return WsRefusal{426, "Sec-WebSocket-Version is not 13"};
    if (!is_key(request.key)) return WsRefusal{400, "Sec-WebSocket-Key is malformed"};
    return WsUpgrade{.accept = ws_accept_key(request.key),
                     .subprotocol = choose_subprotocol(request.protocol),
                     .deflate = accept_ws_deflate(request.extensions)};
}

std::string ws_accept_key(std::string_view key) {
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest;
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
        std::abort();  // Out of memory, or an OpenSSL without SHA-1.
    }
    std::array<unsigned char, 29> base64;  // 28 and the zero that OpenSSL adds.
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(base64.data()), base64.size() - 1};
}

}  // namespace carillon
