#include "carillon/base/url.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace carillon {
namespace {

namespace urls = boost::urls;

constexpr UrlError bad_port{"the port must be a number from 1 to 65535"};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_char(char c) {
    return is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_url_char(char c) {
    return is_host_char(c) ||
           std::string_view(":/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

/// Why Boost.URL refused `text`: its own errors name rules of the grammar.
UrlError explain(std::string_view text) {
    if (text.empty()) return {"it is empty"};
    if (text.find("://") == std::string_view::npos) return {"it does not begin with SCHEME://"};
    if (!std::ranges::all_of(text, is_url_char)) {
        return {"it has a character that must be percent-encoded"};
    }
    return {
        "its user, host or port is malformed, or a % is not followed by two hexadecimal digits"};
}

template <class View>
std::string copy_of(const View& view) {
    return std::string(view.data(), view.size());
}

/// A path after an authority is empty, or begins with a slash; Boost 1.81 does not see to that, and
/// reads the rest of a malformed authority as the path (docs/decisions/0012).
bool has_whole_authority(const urls::url_view& url) {
    return url.has_authority() &&
           (url.encoded_path().empty() || url.encoded_path().starts_with('/'));
}

/// What Boost 1.81 makes of `text`, except that it takes the host of `http://10.0.0.1.example/` for
/// the address 10.0.0.1: then the first digit is percent-encoded in `text`, which makes it a name.
/// `host`: as it was written.
urls::result<urls::url_view> parse_whole(std::string& text, std::string& host) {
    auto parsed = urls::parse_uri(text);
    if (!parsed) return parsed;
    constexpr std::string_view escape = "%3";  // Which a digit follows.
    const bool is_name =
        parsed->host_type() == urls::host_type::ipv4 && !has_whole_authority(*parsed);
    if (is_name) {
        text.insert(static_cast<std::size_t>(parsed->encoded_host().data() - text.data()), escape);
        parsed = urls::parse_uri(text);
        if (!parsed) return parsed;
    }
    host = copy_of(parsed->encoded_host());
    if (is_name) host.erase(0, escape.size());
    return parsed;
}

bool is_supported_host(urls::host_type type, std::string_view host) {
    if (type == urls::host_type::name) return std::ranges::all_of(host, is_host_char);
    return type != urls::host_type::ipvfuture;
}

}  // namespace

UrlResult<Url> Url::parse(std::string_view text) {
    std::string parsed_text(text);
    std::string host;
    const auto parsed = parse_whole(parsed_text, host);
    if (!parsed || !has_whole_authority(*parsed)) return explain(text);
    if (parsed->has_fragment()) return UrlError{"a fragment (#) is not allowed"};
    if (host.empty()) return UrlError{"the host is missing"};
    if (!is_supported_host(parsed->host_type(), host)) {
        return UrlError{"the host must be an address, or a name of letters, digits and -._~"};
    }
    // A port that is empty, or too large for 16 bits, reads as 0.
    if (parsed->has_port() && parsed->port_number() == 0) return bad_port;
    Url url;
    url.scheme = copy_of(parsed->scheme());
    url.has_user_info = parsed->has_userinfo();
    url.user = parsed->user();
    url.password = parsed->password();
    url.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
    if (parsed->has_port()) url.port = parsed->port_number();
    url.path = copy_of(parsed->encoded_path());
    if (parsed->has_query()) url.query.append(1, '?').append(copy_of(parsed->encoded_query()));
    return url;
}

std::string host_in_url(std::string_view host) {
    const bool is_ipv6 = host.find(':') != std::string_view::npos;
    std::string text(is_ipv6 ? "[" : "");
    text.append(host);
    if (is_ipv6) text += ']';
    return text;
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
    return host_in_url(host).append(1, ':').append(std::to_string(port));
}

}  // namespace carillon
