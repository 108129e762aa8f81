#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// The id of a connection, printed "first.second". Two integers instead of a string: 16 bytes, no
/// allocation, cheap to compare. Both are at least 1; {0, 0} is no connection. Source: wire.md 1.4.
struct SocketId {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    /// Accepts `^\d+\.\d+$`. An id that the server never issues (leading zeros, more than 64 bits)
    /// is parsed as {0, 0}. Fails with Errc::bad_socket_id.
    [[nodiscard]] static Result<SocketId> parse(std::string_view text);

    void append_to(std::string& out) const;
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const SocketId&, const SocketId&) = default;
};

}  // namespace carillon
