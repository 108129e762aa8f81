#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "carillon/base/time.hpp"

namespace carillon {

/// A token bucket for one second's tokens, in eight bytes: it stores the time at which the bucket
/// will be full again. Pure: time is passed in.
class RateLimit {
public:
    RateLimit() = default;
    explicit RateLimit(TimePoint full_at) : full_at_(full_at) {}

    /// Takes a token; false if there is none. `per_second`: also the size of the bucket; 0:
    /// unlimited.
    [[nodiscard]] bool admit(std::uint32_t per_second, TimePoint now) noexcept {
        if (per_second == 0) return true;
        constexpr Duration bucket = std::chrono::seconds(1);
        const TimePoint full_at = std::max(full_at_, now) + bucket / per_second;
        if (full_at - now > bucket) return false;
        full_at_ = full_at;
        return true;
    }

    /// Takes `tokens` in any case, and returns how long to wait before the next are taken: zero
    /// while the bucket, which holds what comes in over `bucket`, is not overdrawn. `per_second` 0:
    /// no limit.
    [[nodiscard]] Duration charge(std::uint32_t tokens, std::uint32_t per_second, Duration bucket,
                                  TimePoint now) noexcept {
        if (per_second == 0) return {};
        full_at_ = std::max(full_at_, now) +
                   Duration{std::chrono::seconds(1)} * std::int64_t{tokens} / per_second;
        return std::max(Duration{}, full_at_ - now - bucket);
    }

    [[nodiscard]] TimePoint full_at() const noexcept { return full_at_; }

private:
    TimePoint full_at_{};
};

/// The same, shared by all threads.
class SharedRateLimit {
public:
    [[nodiscard]] bool admit(std::uint32_t per_second, TimePoint now) noexcept {
        Duration::rep seen = full_at_.load(std::memory_order_relaxed);
        for (;;) {
            RateLimit limit{TimePoint(Duration(seen))};
            if (!limit.admit(per_second, now)) return false;
            const Duration::rep next = limit.full_at().time_since_epoch().count();
            if (full_at_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
        }
    }

    /// As `RateLimit::charge`.
    [[nodiscard]] Duration charge(std::uint32_t tokens, std::uint32_t per_second, Duration bucket,
                                  TimePoint now) noexcept {
        Duration::rep seen = full_at_.load(std::memory_order_relaxed);
        for (;;) {
            RateLimit limit{TimePoint(Duration(seen))};
            const Duration wait = limit.charge(tokens, per_second, bucket, now);
            const Duration::rep next = limit.full_at().time_since_epoch().count();
            if (full_at_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return wait;
        }
    }

private:
    std::atomic<Duration::rep> full_at_{0};
};

}  // namespace carillon
