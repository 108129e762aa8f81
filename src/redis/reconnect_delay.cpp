#include "carillon/redis/reconnect_delay.hpp"

#include <algorithm>

namespace carillon {

using std::chrono::milliseconds;

void ReconnectDelay::lost_after(std::chrono::nanoseconds up) noexcept {
    if (up >= std::chrono::seconds(3)) failures_ = 0;
}

milliseconds ReconnectDelay::next(std::uint64_t random) noexcept {
    const auto longest = milliseconds(std::min(1000U, failures_ == 0 ? 20U : 50U << failures_));
    failures_ = std::min(failures_ + 1, 8U);
    const auto shortest = longest / 2;
    const auto choices = static_cast<std::uint64_t>((longest - shortest).count() + 1);
    return shortest + milliseconds(random % choices);
}

}  // namespace carillon
