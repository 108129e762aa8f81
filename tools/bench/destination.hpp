#pragma once

#include <openssl/types.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>

#include "bench_options.hpp"

namespace carillon::bench {

/// Where connections go: the target, resolved once, with what TLS needs.
class Destination {
public:
    /// Throws std::runtime_error when it cannot be resolved or the CA file cannot be read.
    Destination(const BenchTarget& target, std::uint32_t source_addresses);
    ~Destination();

    /// Begins a connection without waiting for it; -1 when that fails at once. Source addresses of
    /// the loopback network take turns, since one has but 28,000 ports.
    [[nodiscard]] int begin_connection();
    /// For a new connection; null without TLS.
    [[nodiscard]] SSL* new_tls(int descriptor) const;

    [[nodiscard]] const std::string& host_field() const noexcept { return host_field_; }

private:
    struct FreeContext {
        void operator()(SSL_CTX* context) const noexcept;
    };

    void resolve(const BenchTarget& target);
    void prepare_tls(const BenchTarget& target);
    void bind_source(int descriptor);

    std::string host_;
    std::string host_field_;
    sockaddr_storage address_{};
    socklen_t address_size_ = 0;
    bool is_loopback_ = false;
    std::uint32_t source_addresses_;
    std::uint32_t next_source_ = 0;
    std::unique_ptr<SSL_CTX, FreeContext> tls_;
};

}  // namespace carillon::bench
