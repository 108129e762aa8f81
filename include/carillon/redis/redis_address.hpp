#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/url.hpp"

namespace carillon {

/// A Redis server, and the credentials and database that this node uses there. Holds a secret.
struct RedisAddress {
    std::string host;  ///< a name or an address; IPv6 without brackets
    std::uint16_t port = 6379;
    bool tls = false;
    std::string user;      ///< "": the default user
    std::string password;  ///< "": no authentication
    unsigned database = 0;

    /// The form that `parse` accepts, for messages.
    static constexpr std::string_view form =
        "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or rediss://…";

    /// User and password are percent-decoded. Errors: those of `Url::parse`, another scheme, a user
    /// without a password, a query, a database that is not a number.
    [[nodiscard]] static UrlResult<RedisAddress> parse(std::string_view text);

    /// Scheme, host and port: a URL without the parts that are secret.
    [[nodiscard]] std::string origin() const;
};

}  // namespace carillon
