#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "carillon/base/sip_hash.hpp"

namespace carillon {

/// FNV-1a, 64 bits. The same on every node, compiler and release: partitions are chosen with it.
/// Collisions are easy to compute, so it must not be used for hash tables.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes,
                                            std::uint64_t seed = 0xcbf29ce484222325U) noexcept {
    for (const char c : bytes) {
        seed ^= static_cast<unsigned char>(c);
        seed *= 0x100000001b3U;
    }
    return seed;
}

/// Hash of strings for all hash tables, which are looked up by `std::string_view` without a copy.
/// Keyed, because clients choose the names in them. The ctest `hashes` forbids others.
struct StringHash {
    using is_transparent = void;
    using is_avalanching = void;  // Boost need not mix the bits again.
    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
        return sip_hash(text, process_hash_key());
    }
};

}  // namespace carillon
