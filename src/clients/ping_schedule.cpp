#include "carillon/clients/ping_schedule.hpp"

#include <chrono>

namespace carillon {

PingSchedule::Step PingSchedule::step(TimePoint now, const ConnectionOptions& options) noexcept {
    const std::chrono::seconds activity_timeout(options.activity_timeout_seconds);
    const std::chrono::seconds pong_timeout(options.pong_timeout_seconds);
    if (pinged_at_ != TimePoint{} && last_received_ <= pinged_at_) {
        const Duration waited = now - pinged_at_;
        if (waited >= pong_timeout) return {Action::give_up, {}};
        return {Action::wait, pong_timeout - waited};
    }
    const Duration silence = now - last_received_;
    if (silence < activity_timeout) return {Action::wait, activity_timeout - silence};
    pinged_at_ = now;
    return {Action::ping, pong_timeout};
}

}  // namespace carillon
