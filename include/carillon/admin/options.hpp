#pragma once

#include <cstdint>
#include <string>

namespace carillon {

/// The listener for those who run the server: health, metrics, status.
struct AdminOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9601;
    std::string token = {};

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("address", &AdminOptions::address,
                "IPv4 or IPv6 address of the admin listener. Any but a loopback address demands a "
                "token.");
        setting("port", &AdminOptions::port, 0, 65535,
                "Its TCP port; 0 lets the system choose. Each server of a machine needs its own.");
        setting("token", &AdminOptions::token,
                "If set, requests must carry it: `Authorization: Bearer …`. `/live` and `/ready` "
                "are open "
                "to everybody.");
    }
};

}  // namespace carillon
