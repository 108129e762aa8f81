#include "carillon/base/http_url.hpp"

#include <algorithm>
#include <utility>

#include "carillon/base/host_and_port.hpp"

namespace carillon {
namespace {

/// Visible ASCII; a fragment never travels.
bool is_target_char(char c) {
    return c > ' ' && c < '\x7f' && c != '#';
}

}  // namespace

std::optional<HttpUrl> HttpUrl::parse(std::string_view text) {
    HttpUrl url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) return std::nullopt;
    text.remove_prefix(url.tls ? 8 : 7);
    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    const std::string_view target = text.substr(authority_end);
    auto to = HostAndPort::parse(text.substr(0, authority_end), url.tls ? 443 : 80);
    if (!to || !std::ranges::all_of(target, is_target_char)) return std::nullopt;
    url.host = std::move(to->host);
    url.port = to->port;
    url.target = target;
    if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
    return url;
}

std::string HttpUrl::authority() const {
    std::string text = host_in_url(host);
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
