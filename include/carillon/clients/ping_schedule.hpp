#pragma once

#include "carillon/base/time.hpp"
#include "carillon/clients/options.hpp"

namespace carillon {

/// When the server pings a WebSocket client, and when it gives the client up (close code 4201): it
/// pings after `activity_timeout_seconds` without a byte from the client, and gives up if
/// `pong_timeout_seconds` later there still is none. `WebSocketConnection::check_liveness` acts on
/// it; the fallback's rule is in `FallbackSession`. Pure. Source: wire.md 1.8.
class PingSchedule {
public:
    enum class Action : unsigned char { wait, ping, give_up };
    struct Step {
        Action action;
        Duration next;  ///< after which to ask again; zero after `give_up`
    };

    explicit PingSchedule(TimePoint now) noexcept : last_received_(now) {}

    /// Anything came from the client, a pong included.
    void received(TimePoint now) noexcept { last_received_ = now; }

    /// What to do now. Whoever gets `ping` sends one.
    [[nodiscard]] Step step(TimePoint now, const ConnectionOptions& options) noexcept;

private:
    TimePoint last_received_;
    TimePoint pinged_at_{};  ///< later than `last_received_`: a ping is unanswered
};

}  // namespace carillon
