#include "carillon/apps/allowed_origins.hpp"

#include <algorithm>

namespace carillon {
namespace {

struct Origin {
    std::string scheme;
    std::string host;
    std::string port;
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// Empty for the default port of a scheme.
std::string port_of(const std::string& scheme, std::string_view port) {
    const bool is_default =
        (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
    return is_default ? std::string() : std::string(port);
}

bool is_port(std::string_view text) {
    return text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Origin> parse_origin(std::string_view text) {
    const std::size_t end_of_scheme = text.find("://");
    if (end_of_scheme == std::string_view::npos || end_of_scheme == 0) return std::nullopt;
    Origin origin{lower(text.substr(0, end_of_scheme)), {}, {}};
    text.remove_prefix(end_of_scheme + 3);
    // The colons of an IPv6 address are within brackets.
    const std::size_t bracket = text.rfind(']');
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    origin.host = lower(text.substr(0, colon));
    const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    const bool is_whole = !origin.host.empty() && is_port(port) &&
                          origin.host.find_first_of("/?#@ ") == std::string::npos;
    if (!is_whole) return std::nullopt;
    origin.port = port_of(origin.scheme, port);
    return origin;
}

}  // namespace

std::optional<OriginPattern> OriginPattern::parse(std::string_view text) {
    OriginPattern pattern;
    pattern.any_ = text == "*";
    if (pattern.any_) return pattern;
    auto origin = parse_origin(text);
    if (!origin) return std::nullopt;
    pattern.any_prefix_ = origin->host.starts_with("*.");
    if (pattern.any_prefix_) origin->host.erase(0, 1);
    if (origin->host == "." || origin->host.find('*') != std::string::npos) return std::nullopt;
    pattern.scheme_ = std::move(origin->scheme);
    pattern.host_ = std::move(origin->host);
    pattern.port_ = std::move(origin->port);
    return pattern;
}

bool OriginPattern::matches(std::string_view text) const {
    if (any_) return true;
    const auto origin = parse_origin(text);
    if (!origin || origin->scheme != scheme_ || origin->port != port_) return false;
    if (!any_prefix_) return origin->host == host_;
    return origin->host.size() > host_.size() && origin->host.ends_with(host_);
}

bool AllowedOrigins::allows(std::string_view origin) const {
    return patterns_.empty() || origin.empty() ||
           std::ranges::any_of(patterns_, [origin](const OriginPattern& pattern) {
               return pattern.matches(origin);
           });
}

}  // namespace carillon
