#include "carillon/base/sip_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carillon/base/hash.hpp"

namespace carillon {
namespace {

/// The hash of the bytes 00 01 02 … under the key 00 01 … 0f.
std::uint64_t of_vector(std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(i);
    return sip_hash(text, {0x0706050403020100U, 0x0f0e0d0c0b0a0908U});
}

TEST(SipHash, IsTheOneOfOneAndThreeRounds) {
    // Computed with another implementation, which gives the authors' vectors of SipHash-2-4.
    EXPECT_EQ(of_vector(0), 0xabac0158050fc4dcU);
    EXPECT_EQ(of_vector(1), 0xc9f49bf37d57ca93U);
    EXPECT_EQ(of_vector(8), 0x369095118d299a8eU);
    EXPECT_EQ(of_vector(15), 0xd320d86d2a519956U);
    EXPECT_EQ(of_vector(63), 0x9d199062b7bbb3a8U);
}

/// What a child process prints that hashes `text`.
std::string printed_by_another_process(const std::string& text) {
    const std::string command = std::string(PRINT_HASH) + " " + text;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> child(::popen(command.c_str(), "r"),
                                                                ::pclose);
    std::array<char, 32> line{};
    return std::fgets(line.data(), line.size(), child.get()) == nullptr ? "" : line.data();
}

TEST(StringHash, DiffersFromProcessToProcess) {
    const std::string first = printed_by_another_process("presence-lobby");
    const std::string second = printed_by_another_process("presence-lobby");
    EXPECT_NE(first, "");
    EXPECT_NE(second, "");
    EXPECT_NE(first, second);
}

// How anybody could make names that collide under std::hash: libstdc++ takes MurmurHash64A with a
// fixed seed, whose second block can be computed from the first.

constexpr std::uint64_t murmur_multiplier = 0xc6a4a7935bd1e995U;
constexpr std::uint64_t murmur_inverse = 0x5f7a0ea7e59b19bdU;

std::uint64_t mixed(std::uint64_t block) {
    block *= murmur_multiplier;
    block ^= block >> 47U;
    return block * murmur_multiplier;
}

std::uint64_t unmixed(std::uint64_t block) {
    block *= murmur_inverse;
    block ^= block >> 47U;
    return block * murmur_inverse;
}

bool is_legal(const std::string& name) {
    constexpr std::string_view others = "_-=@,.;";
    for (const char c : name) {
        const bool legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || others.find(c) != others.npos;
        if (!legal) return false;
    }
    return true;
}

/// Names of 16 legal characters with one and the same std::hash.
std::vector<std::string> colliding_names(std::size_t count) {
    constexpr std::uint64_t seed = 0xc70f6907U;
    constexpr std::uint64_t state = seed ^ (16 * murmur_multiplier);
    constexpr std::uint64_t target = 0x0123456789abcdefU;
    std::vector<std::string> names;
    for (std::uint64_t i = 0; names.size() < count; ++i) {
        std::string name = "c0000000";
        for (std::size_t digit = 1; digit < 8; ++digit) {
            name[digit] = static_cast<char>('a' + (i >> (4 * digit - 4)) % 16);
        }
        std::uint64_t block = 0;
        std::memcpy(&block, name.data(), 8);
        const std::uint64_t second = unmixed(target ^ ((state ^ mixed(block)) * murmur_multiplier));
        name.append(reinterpret_cast<const char*>(&second), 8);
        if (is_legal(name)) names.push_back(name);
    }
    return names;
}

struct CountingEqual {
    std::size_t* count;
    bool operator()(std::string_view a, std::string_view b) const {
        ++*count;
        return a == b;
    }
};

/// How often a table of these names compares two of them while it is filled.
template <class Hash>
std::size_t comparisons(const std::vector<std::string>& names) {
    std::size_t count = 0;
    boost::unordered_flat_set<std::string, Hash, CountingEqual> table(0, Hash{},
                                                                      CountingEqual{&count});
    for (const std::string& name : names) table.insert(name);
    return count;
}

TEST(StringHash, NamesThatCollideUnderTheOldHashCostNoMoreThanOthers) {
    const std::vector<std::string> names = colliding_names(100);
    for (const std::string& name : names) {
        ASSERT_EQ(std::hash<std::string>{}(name), std::hash<std::string>{}(names.front()));
    }
    EXPECT_GT(comparisons<std::hash<std::string>>(names), 100U * 99U / 4);
    EXPECT_LT(comparisons<StringHash>(names), 100U);
}

TEST(StringHash, IsTheSameForAFixedKey) {
    const HashKey before = process_hash_key();
    set_process_hash_key({1, 1});
    const std::size_t hash = StringHash{}("presence-lobby");
    EXPECT_EQ(hash, sip_hash("presence-lobby", {1, 1}));
    set_process_hash_key(before);
}

}  // namespace
}  // namespace carillon
