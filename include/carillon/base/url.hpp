#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// What is wrong with a URL.
struct UrlError {
    /// A literal in the form of "the port must be a number from 1 to 65535". It repeats nothing of
    /// the URL, which may hold a secret.
    std::string_view what;
};

/// `.value()` does not compile, as with `Result`: callers branch.
template <class T>
using UrlResult = boost::system::result<T, UrlError>;

/// A URL with a host, taken apart: `SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/PATH][?QUERY]`. All
/// URLs of settings and arguments are parsed here; what a kind of URL allows beyond that is checked
/// by `HttpUrl` and `RedisAddress`. Source: RFC 3986, 3.
struct Url {
    std::string scheme;  ///< as written
    bool has_user_info = false;
    std::string user;                   ///< percent-decoded
    std::string password;               ///< percent-decoded
    std::string host;                   ///< a name or an address; IPv6 without brackets
    std::optional<std::uint16_t> port;  ///< 1 … 65535
    std::string path;                   ///< as written: empty, or from the slash on
    std::string query;                  ///< as written, from the question mark on; empty if absent

    /// Errors: not a URL by RFC 3986, no host, a host with other characters than letters, digits
    /// and `-._~`, a port out of range, a fragment. Pure; any thread.
    [[nodiscard]] static UrlResult<Url> parse(std::string_view text);
};

/// `host` as URLs and Host headers have it: an IPv6 address in brackets.
[[nodiscard]] std::string host_in_url(std::string_view host);

/// `HOST:PORT`, an IPv6 address in brackets.
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

}  // namespace carillon
