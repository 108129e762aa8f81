#include "marker.hpp"

#include <array>
#include <concepts>
#include <cstring>

namespace carillon::bench {
namespace {

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(0xFF);
    for (unsigned digit = 0; digit < 16; ++digit) {
        values[static_cast<unsigned char>("0123456789abcdef"[digit])] =
            static_cast<std::uint8_t>(digit);
    }
    return values;
}();

template <std::unsigned_integral T>
char* put(T value, char* out) noexcept {
    for (int shift = static_cast<int>(8 * sizeof value) - 4; shift >= 0; shift -= 4) {
        *out++ = "0123456789abcdef"[(value >> shift) & 0xFU];
    }
    return out;
}

template <std::unsigned_integral T>
const char* take(const char* from, T& value, unsigned& seen) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t digit = 0; digit < 2 * sizeof value; ++digit) {
        const std::uint8_t read = digit_values[static_cast<unsigned char>(*from++)];
        seen |= read;
        sum = sum << 4 | read;
    }
    value = static_cast<T>(sum);
    return from;
}

bool has_tag(std::string_view text, std::size_t at) noexcept {
    return at + Marker::size <= text.size() &&
           std::memcmp(text.data() + at, Marker::tag.data(), Marker::tag.size()) == 0;
}

}  // namespace

void write_marker(const Marker& marker, char* out) noexcept {
    std::memcpy(out, Marker::tag.data(), Marker::tag.size());
    out = put(marker.publisher, out + Marker::tag.size());
    out = put(marker.channel, out);
    out = put(marker.sequence, out);
    put(static_cast<std::uint64_t>(marker.due_ns), out);
}

std::optional<Marker> MarkerFinder::find(std::string_view text) noexcept {
    if (!has_tag(text, last_)) {
        const std::size_t at = text.find(Marker::tag);
        if (at == text.npos || !has_tag(text, at)) return std::nullopt;
        last_ = at;
    }
    Marker marker;
    std::uint64_t due = 0;
    unsigned seen = 0;
    const char* from = text.data() + last_ + Marker::tag.size();
    from = take(from, marker.publisher, seen);
    from = take(from, marker.channel, seen);
    from = take(from, marker.sequence, seen);
    take(from, due, seen);
    if (seen > 0xF) return std::nullopt;
    marker.due_ns = static_cast<std::int64_t>(due);
    return marker;
}

}  // namespace carillon::bench
