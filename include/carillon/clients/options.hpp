#pragma once

#include <cstdint>

namespace carillon {

/// Client connections of either transport.
struct ConnectionOptions {
    std::uint32_t activity_timeout_seconds = 120;
    std::uint32_t pong_timeout_seconds = 30;
    std::uint32_t max_message_bytes = 131072;
    std::uint32_t max_queued_bytes = 1048576;
    std::uint32_t max_connections = 0;
    std::uint32_t max_new_per_second_per_address = 0;
    std::uint32_t max_changes_per_second = 100;
    std::uint32_t max_changes_per_second_per_address = 0;
    std::uint32_t deflate_level = 3;
    std::uint32_t deflate_min_bytes = 512;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("activity_timeout_seconds", &ConnectionOptions::activity_timeout_seconds, 1, 86400,
                "Time without a message from a client after which it is pinged, in seconds. It is "
                "sent to clients, which then ping by themselves.");
        setting("pong_timeout_seconds", &ConnectionOptions::pong_timeout_seconds, 1, 3600,
                "Time without an answer to that ping after which the connection is closed with "
                "4201, in seconds.");
        setting("max_message_bytes", &ConnectionOptions::max_message_bytes, 1024, 16777216,
                "Maximum size of a message from a client, in bytes before decoding. A larger one "
                "closes the connection with 1009.");
        setting("max_queued_bytes", &ConnectionOptions::max_queued_bytes, 16384, 1073741824,
                "Maximum size of the messages that wait for a slow client, in bytes per "
                "connection. Beyond it the connection is closed with 4100.");
        setting("max_connections", &ConnectionOptions::max_connections, 0, 100000000,
                "Maximum number of connections of all apps on this node; further ones are closed "
                "with 4100. Above it by a sixteenth, at least 64, sockets without a client are "
                "closed, too, longest wait first. 0: no limit.");
        setting("max_new_per_second_per_address",
                &ConnectionOptions::max_new_per_second_per_address, 0, 100000,
                "Maximum rate of new clients per IPv4 address or IPv6 /64 network, in clients per "
                "second; further ones are closed with 4100. 0: no limit.");
        setting("max_changes_per_second", &ConnectionOptions::max_changes_per_second, 0, 1000000,
                "Maximum rate of changes per connection, in changes per second: subscriptions, "
                "unsubscriptions, sign-ins and watched users. After a burst of twenty seconds' "
                "worth, further messages of the client are read later. 0: no limit.");
        setting("max_changes_per_second_per_address",
                &ConnectionOptions::max_changes_per_second_per_address, 0, 1000000,
                "The same rate for all connections per IPv4 address or IPv6 /64 network, in "
                "changes per second. 0: no limit.");
        setting(
            "deflate_level", &ConnectionOptions::deflate_level, 0, 9,
            "Compression level for WebSocket clients that offer permessage-deflate, from 1 (fast) "
            "to 9 (small). Each message is compressed once for all of them. 0: no compression.");
        setting("deflate_min_bytes", &ConnectionOptions::deflate_min_bytes, 0, 16777216,
                "Minimum size of a compressed message, in bytes; smaller ones are sent "
                "uncompressed. 0: all are compressed.");
    }
};

}  // namespace carillon
