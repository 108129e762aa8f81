#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carillon {

/// A listener for clients and SDKs.
struct ListenOptions {
    std::string address = "0.0.0.0";
    std::uint16_t port = 6001;
    std::string tls_certificate_file = {};  ///< with `tls_key_file`, or neither
    std::string tls_key_file = {};

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("address", &ListenOptions::address, "IPv4 or IPv6 address to listen on.");
        setting("port", &ListenOptions::port, 0, 65535,
                "TCP port to listen on. 0: chosen by the system.");
        setting(
            "tls_certificate_file", &ListenOptions::tls_certificate_file,
            "PEM file with the certificate and its chain. Together with `tls_key_file` it makes "
            "the port accept TLS only (wss and https). Read again on SIGHUP. Empty: no TLS.");
        setting("tls_key_file", &ListenOptions::tls_key_file,
                "PEM file with the private key of that certificate.");
    }
};

/// HTTP/1.1 on the client port: REST requests and WebSocket upgrades.
struct HttpOptions {
    std::uint32_t header_timeout_seconds = 10;
    std::uint32_t idle_timeout_seconds = 75;
    std::uint32_t max_header_bytes = 32768;
    std::uint32_t max_body_bytes = 1048576;
    std::uint32_t max_unauthenticated_bytes = 33554432;
    std::vector<std::string> trusted_proxies;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("header_timeout_seconds", &HttpOptions::header_timeout_seconds, 1, 3600,
                "Time within which a request has to arrive completely, in seconds from its first "
                "byte, or from accepting a new connection.");
        setting("idle_timeout_seconds", &HttpOptions::idle_timeout_seconds, 1, 86400,
                "Time after which an idle keep-alive connection is closed, in seconds.");
        setting(
            "max_header_bytes", &HttpOptions::max_header_bytes, 1024, 1048576,
            "Maximum size of a request's head, in bytes. A larger one is answered with 431. Heads "
            "of WebSocket upgrades, which have all cookies of a site, may always have 32768.");
        setting("max_body_bytes", &HttpOptions::max_body_bytes, 1024, 268435456,
                "Maximum size of a request's body, in bytes. A larger one is answered with 413 "
                "before it is read.");
        setting("max_unauthenticated_bytes", &HttpOptions::max_unauthenticated_bytes, 65536,
                1073741824,
                "Maximum size of all incomplete requests without a valid signature that a node "
                "keeps, in bytes. Above it the request that has waited longest is answered with "
                "503.");
        setting("trusted_proxies", &HttpOptions::trusted_proxies,
                "Addresses and ranges (`10.0.0.0/8`) of the proxies whose X-Forwarded-For and "
                "X-Forwarded-Proto headers are trusted (docs/transports.md). Empty: none.");
    }
};

}  // namespace carillon
