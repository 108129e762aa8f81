#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "carillon/base/result.hpp"

namespace carillon {

/// A connection's public name, printed "first.second". Two integers, not a string: 16 bytes, no
/// allocation, cheap to compare. Both are at least 1 for every connection; {0, 0} is nobody.
/// Source: wire.md 1.4.
struct SocketId {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    /// Takes what matches `^\d+\.\d+$`. A well-formed id that we could never have issued (leading
    /// zeros, more than 64 bits) is nobody's: it parses as {0, 0}. Else Errc::bad_socket_id.
    [[nodiscard]] static Result<SocketId> parse(std::string_view text);

    void append_to(std::string& out) const;
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const SocketId&, const SocketId&) = default;
};

}  // namespace carillon
