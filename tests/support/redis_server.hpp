#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace carillon::test {

/// A real redis-server on a free port of 127.0.0.1, which keeps nothing. Ready once constructed.
class RedisServer {
public:
    /// Then it takes TLS alone. The files are PEM.
    struct Tls {
        std::string certificate;
        std::string key;
        std::string authorities;           ///< of clients
        bool client_certificates = false;  ///< required
    };
    /// `arguments`, say {"--requirepass", "x"}, are added to the command line. Throws
    /// std::runtime_error with what the server said if it does not start.
    explicit RedisServer(std::vector<std::string> arguments = {},
                         const std::optional<Tls>& tls = std::nullopt);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Without credentials.
    [[nodiscard]] std::string url() const;

    /// It holds still: its connections stay, and nothing is answered. Until `resume`.
    void freeze();
    void resume();
    /// As a crash. `restart` brings up another, empty, on the same port.
    void kill();
    void restart();

private:
    /// False if the port is taken.
    bool start();

    TemporaryDirectory directory_;
    bool tls_;
    std::vector<std::string> arguments_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

/// A port of 127.0.0.1 that nobody listens on just now.
[[nodiscard]] std::uint16_t free_port();

}  // namespace carillon::test
