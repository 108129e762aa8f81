#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/base/time.hpp"

namespace carillon {

/// A callback that a `TimingWheel` calls once. `cancel` and the destructor remove it from its
/// wheel.
class Timeout : public ListHook<struct Timeouts> {
public:
    virtual ~Timeout() = default;
    virtual void on_timeout(TimePoint now) = 0;

    void cancel() noexcept {
        if (ListHook<Timeouts>::is_linked()) ListHook<Timeouts>::unlink();
    }

private:
    friend class TimingWheel;
    std::uint64_t due_tick_ = 0;
};

/// All timeouts of a shard in one structure: scheduling and cancelling cost a few pointer writes,
/// and connections need no timers of their own. Never fires early, and late by up to one tick. A
/// timeout beyond one revolution of the wheel (51.2 s) stays in its slot for further rounds. Pure:
/// time is passed in. One shard.
class TimingWheel {
public:
    static constexpr std::chrono::milliseconds tick{100};

    explicit TimingWheel(TimePoint start) : start_(start) {}

    /// Schedules `timeout` for `when`; one that is scheduled already is moved.
    void schedule(Timeout& timeout, TimePoint when);

    /// Calls the timeouts that are due at `now`. They may schedule, cancel and destroy any timeout.
    void advance(TimePoint now);

    [[nodiscard]] bool empty() const noexcept;

private:
    using Slot = HookedList<Timeout, Timeouts>;
    static constexpr std::uint64_t slot_count = 512;

    void fire(Slot& slot, TimePoint now);

    TimePoint start_;
    std::uint64_t current_tick_ = 0;
    std::array<Slot, slot_count> slots_;
};

}  // namespace carillon
