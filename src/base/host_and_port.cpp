#include "carillon/base/host_and_port.hpp"

#include <algorithm>
#include <utility>

#include "carillon/base/parse_integer.hpp"

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

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = parse_integer<std::uint16_t>(text);
    return port == 0 ? std::nullopt : port;
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

std::optional<HostAndPort> HostAndPort::parse(std::string_view text, std::uint16_t default_port) {
    auto host = take_host(text);
    if (!host) return std::nullopt;
    HostAndPort parsed{std::move(*host), default_port};
    if (text.empty()) return parsed;
    if (!text.starts_with(':')) return std::nullopt;
    const auto port = parse_port(text.substr(1));
    if (!port) return std::nullopt;
    parsed.port = *port;
    return parsed;
}

std::string host_in_url(const std::string& host) {
    if (host.find(':') == std::string::npos) return host;
    std::string text = "[";
    text += host;
    text += ']';
    return text;
}

}  // namespace carillon
