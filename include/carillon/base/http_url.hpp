#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// Where an HTTP request goes. Source: RFC 9110, 4.2.
struct HttpUrl {
    bool tls = false;
    std::string host;  ///< a name or an address; that of IPv6 without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query

    /// Nothing if `text` is not `http://HOST[:PORT][/PATH][?QUERY]` or the same with https. User
    /// names and fragments are refused, and so is whatever could not stand in a request line.
    [[nodiscard]] static std::optional<HttpUrl> parse(std::string_view text);

    /// What the `Host` header says: no port if it is the scheme's own.
    [[nodiscard]] std::string authority() const;
    /// Scheme and authority: a URL without what may be secret in it.
    [[nodiscard]] std::string origin() const;
};

}  // namespace carillon
