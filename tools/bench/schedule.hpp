#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace carillon::bench {

/// Which events are due. With a rate event i is due at the start plus i/rate, however late the
/// server is (open loop). Without one, the next event is always due, until the time is over.
class Schedule {
public:
    struct Extent {
        double rate = 0;
        double seconds = 0;
        std::uint64_t events = 0;  ///< instead of the seconds; 0: by time
    };

    Schedule(const Extent& extent, std::int64_t start_ns);

    /// Events that are due and not taken.
    [[nodiscard]] std::uint64_t due(std::int64_t now_ns) const noexcept;
    /// Events that are not taken, due or not.
    [[nodiscard]] std::uint64_t remaining() const noexcept { return total_ - taken_; }
    /// When the next event was due. Only if one is.
    std::int64_t take(std::int64_t now_ns) noexcept;

    /// When so many events that are not taken will be due; nullopt if that does not depend on time.
    [[nodiscard]] std::optional<std::int64_t> when_due(std::uint64_t events) const noexcept;
    /// Nothing is to be sent any more. What a fixed rate still owes may come `overrun` late.
    [[nodiscard]] bool over(std::int64_t now_ns) const noexcept;
    /// Events of a fixed rate that were due in vain.
    [[nodiscard]] std::uint64_t unsent(std::int64_t now_ns) const noexcept {
        return rate_ == 0 ? 0 : due(now_ns);
    }

private:
    static constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::int64_t overrun_ns = 5'000'000'000;

    [[nodiscard]] std::int64_t due_at(std::uint64_t event) const noexcept;

    double rate_;
    std::int64_t start_ns_;
    std::int64_t end_ns_ = 0;
    std::uint64_t total_;
    std::uint64_t taken_ = 0;
};

}  // namespace carillon::bench
