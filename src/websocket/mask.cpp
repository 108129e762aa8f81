#include "carillon/websocket/mask.hpp"

#include <cstddef>
#include <cstring>

namespace carillon {

void ws_unmask(std::span<char> bytes, const WsMask& mask, std::uint64_t offset) noexcept {
    std::array<char, sizeof(std::uint64_t)> pattern;
    for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = mask[(offset + i) % mask.size()];
    std::uint64_t key;
    std::memcpy(&key, pattern.data(), sizeof key);

    char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof key; left -= sizeof key, at += sizeof key) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        word ^= key;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ pattern[i]);
}

}  // namespace carillon
