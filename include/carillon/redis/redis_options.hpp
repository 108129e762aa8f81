#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace carillon {

/// The Redis server that connects the nodes of a cluster.
struct RedisOptions {
    std::string url = {};
    std::string prefix = "carillon";
    std::string ca_file = {};
    std::string certificate_file = {};
    std::string key_file = {};
    std::string server_name = {};
    std::uint32_t timeout_ms = 2000;
    std::uint32_t lease_seconds = 10;
    std::size_t max_pending_bytes = 64U << 20U;
    std::size_t max_ring_bytes = 4U << 20U;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting(
            "url", &RedisOptions::url,
            "URL of the Redis server: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or "
            "`rediss://` for TLS. User and password are percent-encoded, and read again on SIGHUP, "
            "for the next connection. Empty: no cluster.");
        setting("prefix", &RedisOptions::prefix,
                "Prefix of the names of all keys and channels in Redis. Nodes with the same prefix "
                "form one cluster.");
        setting("ca_file", &RedisOptions::ca_file,
                "PEM file with the certificate authorities to trust for the Redis server. Read "
                "again on "
                "SIGHUP. Empty: those of the system.");
        setting("certificate_file", &RedisOptions::certificate_file,
                "PEM file with the client certificate chain for the Redis server. Read again on "
                "SIGHUP. "
                "Empty: no client certificate.");
        setting("key_file", &RedisOptions::key_file,
                "PEM file with the private key of that certificate.");
        setting("server_name", &RedisOptions::server_name,
                "Name that the Redis server's certificate must have. Empty: the host of the URL.");
        setting("timeout_ms", &RedisOptions::timeout_ms, 100, 60000,
                "Maximum duration of connecting to Redis and of each command, in milliseconds. "
                "After it the connection is closed, and the node delivers events locally until "
                "Redis responds.");
        setting("lease_seconds", &RedisOptions::lease_seconds, 2, 60,
                "Duration of a node's lease, in seconds: a node that has not renewed it for this "
                "long is considered dead and its clients' subscriptions are removed. Must be the "
                "same on all nodes.");
        setting("max_pending_bytes", &RedisOptions::max_pending_bytes, 1U << 20U, 1U << 30U,
                "Maximum size of the events that Redis has not confirmed, in bytes per node; "
                "beyond it REST requests are answered with 503. Confirmed events are kept for 10 "
                "s, up to the same size.");
        setting("max_ring_bytes", &RedisOptions::max_ring_bytes, 4096, 1U << 28U,
                "Maximum size of a channel's latest events in Redis, in bytes per channel. They "
                "are kept for 60 s, for nodes that missed some.");
    }
};

}  // namespace carillon
