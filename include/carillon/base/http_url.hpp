#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/url.hpp"

namespace carillon {

/// Where an HTTP request goes. Source: RFC 9110, 4.2.
struct HttpUrl {
    bool tls = false;
    std::string host;  ///< a name or an address; IPv6 without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query, as the request line has them

    /// The form that `parse` accepts, for messages.
    static constexpr std::string_view form = "http://HOST[:PORT][/PATH][?QUERY] or https://…";

    /// Errors: those of `Url::parse`, another scheme, a user name or password.
    [[nodiscard]] static UrlResult<HttpUrl> parse(std::string_view text);

    /// The `Host` header: without the port if it is the scheme's own.
    [[nodiscard]] std::string authority() const;
    /// Scheme and authority: a URL without the parts that may be secret.
    [[nodiscard]] std::string origin() const;
};

}  // namespace carillon
