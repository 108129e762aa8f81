#include "carillon/base/http_url.hpp"

#include <algorithm>
#include <charconv>

namespace carillon {
namespace {

bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_address_char(char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') ||
           std::string_view(":.").find(c) != std::string_view::npos;
}

/// Visible ASCII; a fragment never travels.
bool is_target_char(char c) {
    return c > ' ' && c < '\x7f' && c != '#';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// Takes the host off the front of `authority`; what is left is empty or begins with a colon.
std::optional<std::string> take_host(std::string_view& authority) {
    const bool literal = authority.starts_with('[');
    const auto end =
        literal ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view host = authority.substr(literal ? 1 : 0, literal ? end - 1 : end);
    authority.remove_prefix(literal ? end + 1 : end);
    if (host.empty() || !std::ranges::all_of(host, literal ? is_address_char : is_host_char)) {
        return std::nullopt;
    }
    return std::string(host);
}

}  // namespace

std::optional<HttpUrl> HttpUrl::parse(std::string_view text) {
    HttpUrl url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) return std::nullopt;
    text.remove_prefix(url.tls ? 8 : 7);
    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, authority_end);
    const std::string_view target = text.substr(authority_end);
    auto host = take_host(authority);
    if (!host || !std::ranges::all_of(target, is_target_char)) return std::nullopt;
    url.host = std::move(*host);
    url.port = url.tls ? 443 : 80;
    if (!authority.empty()) {
        if (!authority.starts_with(':')) return std::nullopt;
        const auto port = parse_port(authority.substr(1));
        if (!port) return std::nullopt;
        url.port = *port;
    }
    url.target = target;
    if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
    return url;
}

std::string HttpUrl::authority() const {
    std::string text = host;
    if (host.find(':') != std::string::npos) {
        text.insert(0, 1, '[');
        text += ']';
    }
    if (port != (tls ? 443 : 80)) {
        text += ':';
        text += std::to_string(port);
    }
    return text;
}

std::string HttpUrl::origin() const {
    std::string text = tls ? "https://" : "http://";
    text += authority();
    return text;
}

}  // namespace carillon
