#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "carillon/base/time.hpp"
#include "work.hpp"

namespace carillon::sim {

/// The time of a simulation, which passes from one event to the next. Events of one moment happen
/// in the order in which they were planned.
class VirtualTime {
public:
    [[nodiscard]] TimePoint now() const noexcept { return now_; }

    void at(TimePoint when, Work event);
    void after(Duration delay, Work event) { at(now_ + delay, std::move(event)); }

    /// Lets everything happen until `end`, which is then the time.
    void run_until(TimePoint end);

    /// What is planned never happens.
    void clear() { queue_ = {}; }

    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

private:
    struct Planned {
        TimePoint when;
        std::uint64_t number;
        Work event;
        bool operator<(const Planned& other) const noexcept {
            return when != other.when ? when > other.when : number > other.number;
        }
    };

    TimePoint now_{std::chrono::hours(1)};
    std::uint64_t planned_ = 0;
    std::uint64_t events_ = 0;
    std::priority_queue<Planned> queue_;
};

}  // namespace carillon::sim
