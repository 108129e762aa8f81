#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace carillon {

/// The Redis server through which the nodes of a cluster hear each other.
struct RedisOptions {
    std::string url = {};
    std::string prefix = "carillon";
    std::string ca_file = {};
    std::string certificate_file = {};
    std::string key_file = {};
    std::string server_name = {};
    std::uint32_t timeout_ms = 2000;
    std::uint32_t lease_seconds = 10;
    std::size_t max_kept_bytes = 64U << 20U;
    std::size_t max_ring_bytes = 4U << 20U;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("url", &RedisOptions::url,
                "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// for TLS; user and "
                "password percent-encoded. Empty: a node on its own.");
        setting("prefix", &RedisOptions::prefix,
                "What the names of all keys and channels in Redis begin with. Nodes with the same "
                "prefix are one cluster.");
        setting("ca_file", &RedisOptions::ca_file,
                "PEM file of the authorities that are trusted to name the Redis server. Empty: "
                "the system's.");
        setting("certificate_file", &RedisOptions::certificate_file,
                "PEM file with the certificate chain shown to the Redis server. Empty: none.");
        setting("key_file", &RedisOptions::key_file, "PEM file with the key of that certificate.");
        setting("server_name", &RedisOptions::server_name,
                "The name that the Redis server's certificate must have. Empty: the URL's host.");
        setting("timeout_ms", &RedisOptions::timeout_ms, 100, 60000,
                "How long connecting may take, and an answer; then events are delivered on this "
                "node without waiting for the others. A connection that is silent for so long is "
                "given up.");
        setting(
            "lease_seconds", &RedisOptions::lease_seconds, 2, 60,
            "A node that Redis has not heard of for so long is taken for dead: what its clients "
            "held ends. The same on all nodes.");
        setting("max_kept_bytes", &RedisOptions::max_kept_bytes, 1U << 20U, 1U << 30U,
                "What a node keeps of events that Redis has not confirmed; beyond it REST answers "
                "503. As much again may be kept of confirmed ones, for 10 s.");
        setting("max_ring_bytes", &RedisOptions::max_ring_bytes, 4096, 1U << 28U,
                "What Redis keeps of a channel's latest events, of the last 60 s, for nodes that "
                "missed some.");
    }
};

}  // namespace carillon
