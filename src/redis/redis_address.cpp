#include "carillon/redis/redis_address.hpp"

#include <utility>

#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

/// Empty, `/` or `/N`.
bool parse_database(std::string_view path, unsigned& into) {
    if (path.size() < 2) return true;
    const auto database = parse_integer<unsigned>(path.substr(1));
    into = database.value_or(0);
    return database.has_value();
}

}  // namespace

UrlResult<RedisAddress> RedisAddress::parse(std::string_view text) {
    auto url = Url::parse(text);
    if (!url) return url.error();
    if (url->scheme != "redis" && url->scheme != "rediss") {
        return UrlError{"the scheme must be redis or rediss, in lower case"};
    }
    // Redis knows no users without a password.
    if (url->has_user_info && url->password.empty()) return UrlError{"the password is missing"};
    if (!url->query.empty()) return UrlError{"a query (?) is not allowed"};
    RedisAddress address;
    if (!parse_database(url->path, address.database)) {
        return UrlError{"the database must be a number from 0 to 4294967295"};
    }
    address.tls = url->scheme == "rediss";
    address.host = std::move(url->host);
    address.port = url->port.value_or(address.port);
    address.user = std::move(url->user);
    address.password = std::move(url->password);
    return address;
}

std::string RedisAddress::origin() const {
    return (tls ? "rediss://" : "redis://") + host_and_port(host, port);
}

}  // namespace carillon
