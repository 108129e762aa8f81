#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace carillon::bench {

/// What every event carries in its data: who sent it, where, which one it is, when it was due.
/// As text it has a fixed size and needs no escape in JSON, so that a receiver finds it without
/// parsing anything.
struct Marker {
    static constexpr std::string_view tag = "@cb:";
    static constexpr std::size_t size = tag.size() + 4 + 8 + 8 + 16;

    std::uint16_t publisher = 0;
    std::uint32_t channel = 0;
    std::uint32_t sequence = 0;  ///< counts from 0 for each publisher and channel
    std::int64_t due_ns = 0;     ///< of the monotonic clock

    friend bool operator==(const Marker&, const Marker&) = default;
};

/// Writes `Marker::size` characters.
void write_marker(const Marker& marker, char* out) noexcept;

/// Looks for the marker first where the last one was: frames of one run are alike.
class MarkerFinder {
public:
    [[nodiscard]] std::optional<Marker> find(std::string_view text) noexcept;

private:
    std::size_t last_ = 0;
};

}  // namespace carillon::bench
