#include "carillon/base/http_url.hpp"

#include <utility>

namespace carillon {

UrlResult<HttpUrl> HttpUrl::parse(std::string_view text) {
    auto parsed = Url::parse(text);
    if (!parsed) return parsed.error();
    if (parsed->scheme != "http" && parsed->scheme != "https") {
        return UrlError{"the scheme must be http or https, in lower case"};
    }
    if (parsed->has_user_info) return UrlError{"a user name or password is not allowed"};
    HttpUrl url;
    url.tls = parsed->scheme == "https";
    url.host = std::move(parsed->host);
    url.port = parsed->port.value_or(url.tls ? 443 : 80);
    url.target = parsed->path.empty() ? "/" : std::move(parsed->path);
    url.target += parsed->query;
    return url;
}

std::string HttpUrl::authority() const {
    return port == (tls ? 443 : 80) ? host_in_url(host) : host_and_port(host, port);
}

std::string HttpUrl::origin() const {
    return (tls ? "https://" : "http://") + authority();
}

}  // namespace carillon
