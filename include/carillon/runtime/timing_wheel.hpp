#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "carillon/base/intrusive_list.hpp"
#include "carillon/base/time.hpp"

namespace carillon {

/// Something that a `TimingWheel` calls once, later. Destroying it, or `cancel`, takes it off its
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

/// All timeouts of a shard in one structure: arming and cancelling cost a few pointer writes, and
/// an idle connection needs no timer of its own. Never fires early; late by up to one tick. Times
/// farther than one revolution stay in their slot for more rounds. Pure: time is passed in. One
/// shard.
class TimingWheel {
public:
    static constexpr std::chrono::milliseconds tick{100};

    explicit TimingWheel(TimePoint start) : start_(start) {}

    /// Arms `timeout` for `when`; one that is armed already moves.
    void schedule(Timeout& timeout, TimePoint when);

    /// Fires what is due at `now`. A timeout may arm or destroy any other from its call.
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
