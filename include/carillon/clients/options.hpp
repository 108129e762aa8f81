#pragma once

#include <cstdint>

namespace carillon {

/// What holds for each client connection.
struct ConnectionOptions {
    std::uint32_t activity_timeout_seconds = 120;
    std::uint32_t pong_timeout_seconds = 30;
    std::uint32_t max_message_bytes = 131072;
    std::uint32_t max_queued_bytes = 1048576;
    std::uint32_t max_connections = 0;
    std::uint32_t max_new_per_second_per_address = 0;
    std::uint32_t deflate_level = 3;
    std::uint32_t deflate_min_bytes = 512;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting(
            "activity_timeout_seconds", &ConnectionOptions::activity_timeout_seconds, 1, 86400,
            "Silence after which a client is pinged. Clients are told, and ping by themselves.");
        setting("pong_timeout_seconds", &ConnectionOptions::pong_timeout_seconds, 1, 3600,
                "Further silence after that ping before the connection is closed with 4201.");
        setting("max_message_bytes", &ConnectionOptions::max_message_bytes, 1024, 16777216,
                "Largest message a client may send, before decoding; more is closed with 1009.");
        setting(
            "max_queued_bytes", &ConnectionOptions::max_queued_bytes, 16384, 1073741824,
            "Bytes that may wait for a client that reads too slowly; more is closed with 4100.");
        setting("max_connections", &ConnectionOptions::max_connections, 0, 100000000,
                "Most connections of all apps on this node; more are refused with 4100. 0 for no "
                "limit.");
        setting("max_new_per_second_per_address",
                &ConnectionOptions::max_new_per_second_per_address, 0, 100000,
                "New clients of one address (of an IPv6 /64) in a second; more are refused with "
                "4100. 0 for no limit.");
        setting("deflate_level", &ConnectionOptions::deflate_level, 0, 9,
                "How hard to compress for WebSocket clients that offer permessage-deflate, once a "
                "message: 1 (fast) to 9 (small). 0 refuses the offer.");
        setting("deflate_min_bytes", &ConnectionOptions::deflate_min_bytes, 0, 16777216,
                "Smaller messages are sent as they are.");
    }
};

}  // namespace carillon
