#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "carillon/base/time.hpp"

namespace carillon {

/// A token bucket of one second's worth, in eight bytes: it keeps the time at which the bucket will
/// be full again. Pure: time is passed in.
class RateLimit {
public:
    /// Takes a token if there is one. `per_second` is also the size of the bucket; 0: no limit.
    [[nodiscard]] bool admit(std::uint32_t per_second, TimePoint now) noexcept {
        if (per_second == 0) return true;
        constexpr Duration bucket = std::chrono::seconds(1);
        const TimePoint full_at = std::max(full_at_, now) + bucket / per_second;
        if (full_at - now > bucket) return false;
        full_at_ = full_at;
        return true;
    }

private:
    TimePoint full_at_{};
};

}  // namespace carillon
