#include "carillon/redis/redis_address.hpp"

#include <algorithm>
#include <utility>

#include "carillon/base/host_and_port.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Visible ASCII but for what separates the parts of a URL; a `%` begins two hex digits.
bool is_part(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c <= ' ' || c >= '\x7f' || std::string_view("/?#[]@").find(c) != text.npos)
            return false;
        const bool escape = c == '%';
        if (escape && (text.size() - i < 3 || !is_hex_digit(text[i + 1]))) return false;
        if (escape && !is_hex_digit(text[i + 2])) return false;
    }
    return true;
}

/// `[USER]:PASSWORD`. A name alone would be one with which nobody can sign in.
bool parse_credentials(std::string_view text, RedisAddress& into) {
    const auto colon = text.find(':');
    if (colon == text.npos || colon + 1 == text.size() || !is_part(text)) return false;
    into.user = percent_decode(text.substr(0, colon));
    into.password = percent_decode(text.substr(colon + 1));
    return true;
}

/// Nothing, `/` or `/N`.
bool parse_database(std::string_view path, unsigned& into) {
    if (path.size() < 2) return true;
    const auto database = parse_integer<unsigned>(path.substr(1));
    into = database.value_or(0);
    return database.has_value();
}

}  // namespace

std::optional<RedisAddress> RedisAddress::parse(std::string_view url) {
    RedisAddress address;
    address.tls = url.starts_with("rediss://");
    if (!address.tls && !url.starts_with("redis://")) return std::nullopt;
    url.remove_prefix(address.tls ? 9 : 8);
    const auto authority_end = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, authority_end);
    if (!parse_database(url.substr(authority_end), address.database)) return std::nullopt;
    if (const auto at = authority.find('@'); at != authority.npos) {
        if (!parse_credentials(authority.substr(0, at), address)) return std::nullopt;
        authority.remove_prefix(at + 1);
    }
    auto to = HostAndPort::parse(authority, address.port);
    if (!to) return std::nullopt;
    address.host = std::move(to->host);
    address.port = to->port;
    return address;
}

std::string RedisAddress::origin() const {
    std::string text = tls ? "rediss://" : "redis://";
    text += host_in_url(host);
    text += ':';
    text += std::to_string(port);
    return text;
}

}  // namespace carillon
