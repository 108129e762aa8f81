#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace carillon {

using WsMask = std::array<char, 4>;

/// Removes (or puts on) the mask, in place. `offset`: how many bytes of the frame's payload came
/// before these. Source: RFC 6455, 5.3.
void ws_unmask(std::span<char> bytes, const WsMask& mask, std::uint64_t offset) noexcept;

}  // namespace carillon
