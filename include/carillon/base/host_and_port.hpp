#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// Where a URL leads. Source: RFC 3986, 3.2.
struct HostAndPort {
    std::string host;  ///< a name or an address; that of IPv6 without brackets
    std::uint16_t port;

    /// Nothing if `text` is not `HOST[:PORT]`, an IPv6 address in brackets.
    [[nodiscard]] static std::optional<HostAndPort> parse(std::string_view text,
                                                          std::uint16_t default_port);
};

/// As it stands in a URL: an IPv6 address in brackets.
[[nodiscard]] std::string host_in_url(const std::string& host);

}  // namespace carillon
