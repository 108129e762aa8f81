#pragma once

#include <chrono>
#include <cstdint>

namespace carillon {

/// How long to wait before the next attempt to reach Redis: the first follows within 20 ms, since a
/// connection may be lost while the server is not; then the delay doubles from 100 ms to 1 s. A
/// random part of up to a half keeps the nodes of a cluster from coming all at once. Pure.
class ReconnectDelay {
public:
    /// The connections had been up for `up`: after 3 s that counts as a success, and delays begin
    /// anew. With a server that refuses every command, being connected is none.
    void lost_after(std::chrono::nanoseconds up) noexcept;

    /// The delay before the next attempt. `random`: any bits.
    [[nodiscard]] std::chrono::milliseconds next(std::uint64_t random) noexcept;

private:
    unsigned failures_ = 0;
};

}  // namespace carillon
