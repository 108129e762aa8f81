#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::test {

/// How long a test waits for something that must happen.
inline constexpr std::chrono::seconds patience{20};

/// A blocking TCP connection to 127.0.0.1, for tests that care about bytes and segments. What takes
/// longer than `patience` throws std::runtime_error.
class RawSocket {
public:
    /// `receive_buffer_bytes` (0: the system's choice) is set before connecting, so that the window
    /// is small from the start. Throws std::system_error when refused.
    explicit RawSocket(std::uint16_t port, int receive_buffer_bytes = 0);
    RawSocket(RawSocket&& other) noexcept;
    RawSocket& operator=(RawSocket&& other) noexcept;
    ~RawSocket();

    void send(std::string_view bytes);
    void send_byte_by_byte(std::string_view bytes);
    /// Sends until the peer takes nothing for `pause`, or all is sent. Returns how much went.
    std::size_t send_while_taken(std::string_view bytes, std::chrono::milliseconds pause);

    [[nodiscard]] std::string receive_exactly(std::size_t count);
    /// Up to the end of the first `delimiter`.
    [[nodiscard]] std::string receive_through(std::string_view delimiter);
    /// All that still comes, up to the end of the stream or a reset.
    [[nodiscard]] std::string receive_to_end();
    [[nodiscard]] bool was_reset() const noexcept { return was_reset_; }
    /// Waits, without reading, until the connection is broken.
    void await_reset() const;

    /// FIN: nothing more is sent, reading goes on.
    void finish_sending();
    void close() noexcept;
    /// RST.
    void reset() noexcept;

private:
    /// False at the end of the stream or after a reset.
    bool receive_more();

    int descriptor_ = -1;
    bool was_reset_ = false;
    std::string received_;
};

}  // namespace carillon::test
