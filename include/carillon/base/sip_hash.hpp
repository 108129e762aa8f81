#pragma once

#include <cstdint>
#include <string_view>

namespace carillon {

/// The key of a `sip_hash`. Two integers, as the algorithm reads its 16 bytes (little-endian).
struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// SipHash-1-3, 64 bits: without the key, two strings with the same hash cannot be found faster
/// than by chance. Pure; any thread. Source: Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF".
[[nodiscard]] std::uint64_t sip_hash(std::string_view bytes, const HashKey& key) noexcept;

/// The key of this process' hash tables: taken from the system's random source when the program is
/// loaded, so that colliding names cannot be computed in advance.
[[nodiscard]] const HashKey& process_hash_key() noexcept;

/// Replaces that key, to make test runs repeatable. Only before the first table is filled.
void set_process_hash_key(const HashKey& key) noexcept;

}  // namespace carillon
