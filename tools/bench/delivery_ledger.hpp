#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace carillon::bench {

/// What came of what was published, for each subscription and each publisher on it (a lane).
///
/// A lane is the next sequence number never seen, and the holes below it; so memory grows with the
/// holes, which a right server does not make. Exact, unless `holes_max` holes were open at once:
/// holes beyond that still count as lost, but an event that fills one looks like a duplicate.
class DeliveryLedger {
public:
    enum class Arrival : std::uint8_t {
        in_order,
        late,  ///< After one that its publisher sent later: out of order.
        duplicate,
    };

    static constexpr std::size_t holes_max = std::size_t{1} << 22U;

    DeliveryLedger(std::size_t subscriptions, std::size_t publishers);

    Arrival record(std::size_t subscription, std::size_t publisher, std::uint32_t sequence) {
        const std::size_t lane = subscription * publishers_ + publisher;
        if (sequence != next_[lane]) return record_odd(lane, sequence);
        ++next_[lane];
        return Arrival::in_order;
    }

    /// How many of the first `published` events of a publisher never reached the subscription.
    /// `unsure`, ascending: sequence numbers that no subscriber may expect, and that do not count.
    [[nodiscard]] std::uint64_t lost(std::size_t subscription, std::size_t publisher,
                                     std::uint32_t published,
                                     std::span<const std::uint32_t> unsure = {}) const;

    /// Holes that could not be remembered; 0 means that every count is exact.
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
    struct Hole {
        std::uint32_t begin, end;
    };

    Arrival record_odd(std::size_t lane, std::uint32_t sequence);
    void open_hole(std::size_t lane, Hole hole);
    bool fill(std::size_t lane, std::uint32_t sequence);

    std::size_t publishers_;
    std::vector<std::uint32_t> next_;                          // By lane.
    std::unordered_map<std::size_t, std::vector<Hole>> open_;  // By lane; holes ascend.
    std::unordered_map<std::size_t, std::uint64_t> given_up_;  // By lane: lost in forgotten holes.
    std::size_t holes_ = 0;
    std::uint64_t forgotten_ = 0;
};

}  // namespace carillon::bench
