#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carillon {

/// Where clients and SDKs connect. Port 0 lets the system choose.
struct ListenOptions {
    std::string address = "0.0.0.0";
    std::uint16_t port = 6001;
    std::string tls_certificate_file = {};  ///< both or neither: then the port speaks TLS
    std::string tls_key_file = {};

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("address", &ListenOptions::address, "IPv4 or IPv6 address to listen on.");
        setting("port", &ListenOptions::port, 0, 65535, "TCP port; 0 lets the system choose.");
        setting("tls_certificate_file", &ListenOptions::tls_certificate_file,
                "PEM file with the certificate and its chain; together with `tls_key_file` it "
                "makes this "
                "port speak TLS only (wss and https). Read again on SIGHUP.");
        setting("tls_key_file", &ListenOptions::tls_key_file, "PEM file with the private key.");
    }
};

/// HTTP/1.1 on the client port: REST requests and WebSocket upgrades.
struct HttpOptions {
    std::uint32_t header_timeout_seconds = 10;
    std::uint32_t idle_timeout_seconds = 75;
    std::uint32_t max_header_bytes = 16384;
    std::uint32_t max_body_bytes = 1048576;
    std::vector<std::string> trusted_proxies;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting(
            "header_timeout_seconds", &HttpOptions::header_timeout_seconds, 1, 3600,
            "Time for a request to arrive whole, from its first byte (of a new connection: from "
            "the accept).");
        setting("idle_timeout_seconds", &HttpOptions::idle_timeout_seconds, 1, 86400,
                "How long a keep-alive connection may wait for its next request.");
        setting("max_header_bytes", &HttpOptions::max_header_bytes, 1024, 1048576,
                "Largest request head; more is 431.");
        setting("max_body_bytes", &HttpOptions::max_body_bytes, 1024, 268435456,
                "Largest request body; more is 413, before it is read.");
        setting("trusted_proxies", &HttpOptions::trusted_proxies,
                "Addresses and ranges (`10.0.0.0/8`) of the proxies whose X-Forwarded-For and "
                "X-Forwarded-Proto are believed (docs/transports.md).");
    }
};

}  // namespace carillon
