#include "carillon/base/sip_hash.hpp"

#include <unistd.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace carillon {
namespace {

struct State {
    std::uint64_t a, b, c, d;

    void round() noexcept {
        a += b;
        c += d;
        b = std::rotl(b, 13) ^ a;
        d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        c += b;
        a += d;
        b = std::rotl(b, 17) ^ c;
        d = std::rotl(d, 21) ^ a;
        c = std::rotl(c, 32);
    }

    void absorb(std::uint64_t block) noexcept {
        d ^= block;
        round();
        a ^= block;
    }
};

std::uint64_t load_little_endian(const char* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, count);
    } else {
        for (std::size_t i = 0; i < count; ++i) {
            word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        }
    }
    return word;
}

HashKey random_key() noexcept {
    std::array<std::uint64_t, 2> words{};
    // Fails only if the kernel has no random source. A predictable key would be worse than no
    // server.
    if (::getentropy(words.data(), sizeof words) != 0) std::abort();
    return {words[0], words[1]};
}

HashKey process_key = random_key();

}  // namespace

std::uint64_t sip_hash(std::string_view bytes, const HashKey& key) noexcept {
    State state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU,
                key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) state.absorb(load_little_endian(at, 8));
    const std::uint64_t length = std::uint64_t{bytes.size()} << 56U;
    state.absorb(length | (left > 0 ? load_little_endian(at, left) : 0));
    state.c ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

const HashKey& process_hash_key() noexcept {
    return process_key;
}

void set_process_hash_key(const HashKey& key) noexcept {
    process_key = key;
}

}  // namespace carillon
