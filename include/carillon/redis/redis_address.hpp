#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// A Redis server, and the user to sign in as. Holds a secret.
struct RedisAddress {
    std::string host;  ///< a name or an address; of IPv6 without brackets
    std::uint16_t port = 6379;
    bool tls = false;
    std::string user;      ///< "": the default user
    std::string password;  ///< "": no authentication
    unsigned database = 0;

    /// Nothing if `url` is not `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or the same with
    /// rediss. User and password are percent-decoded. A user needs a password.
    [[nodiscard]] static std::optional<RedisAddress> parse(std::string_view url);

    /// Scheme, host and port: the URL without its secrets.
    [[nodiscard]] std::string origin() const;
};

}  // namespace carillon
