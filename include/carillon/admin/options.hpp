#pragma once

#include <cstdint>
#include <string>

namespace carillon {

/// The listener for operators: health, metrics, status.
struct AdminOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9601;
    std::string token = {};

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("address", &AdminOptions::address,
                "IPv4 or IPv6 address of the admin listener. An address other than loopback "
                "requires a token.");
        setting("port", &AdminOptions::port, 0, 65535,
                "TCP port of the admin listener. Each server on a machine needs its own. 0: chosen "
                "by the system.");
        setting("token", &AdminOptions::token,
                "Token that requests have to send as `Authorization: Bearer TOKEN`, except for "
                "`/live` and `/ready`. Empty: no token is needed.");
    }
};

}  // namespace carillon
