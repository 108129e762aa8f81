#pragma once

#include <cstdint>
#include <random>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/time.hpp"

namespace carillon::sim {

/// A stream of numbers for one purpose. Streams of different names do not disturb each other: what
/// is taken out of a plan leaves the rest of a life as it was, as far as that can be.
class Random {
public:
    Random(std::uint64_t seed, std::string_view name)
        : engine_(fnv1a(name, seed * 0x9e3779b97f4a7c15U + 1)) {}

    [[nodiscard]] std::uint64_t next() { return engine_(); }
    /// From 0 to below `count`, which is not 0.
    [[nodiscard]] std::uint32_t below(std::size_t count) {
        return static_cast<std::uint32_t>(engine_() % count);
    }
    [[nodiscard]] bool chance(double probability) {
        return static_cast<double>(engine_() >> 11U) * 0x1.0p-53 < probability;
    }
    [[nodiscard]] Duration between(Duration least, Duration most) {
        if (most <= least) return least;
        return least + Duration(static_cast<std::int64_t>(
                           engine_() % static_cast<std::uint64_t>((most - least).count() + 1)));
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace carillon::sim
