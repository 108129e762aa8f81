#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace carillon {

using WsMask = std::array<char, 4>;

/// Removes or applies the mask, in place. `offset`: position of `bytes` in the payload of the
/// frame. Source: RFC 6455, 5.3.
void ws_unmask(std::span<char> bytes, const WsMask& mask, std::uint64_t offset) noexcept;

}  // namespace carillon
