#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "carillon/base/time.hpp"
#include "carillon/metrics/webhook_metrics.hpp"
#include "retry.hpp"

namespace carillon {

/// A circuit breaker: after `failures_max` failures in a row the endpoint receives only probes, one
/// request at a time with exponential back-off up to `probe_delay_max`, until one succeeds. Pure.
class Breaker {
public:
    using State = WebhookMetrics::Breaker;
    static constexpr unsigned failures_max = 5;
    static constexpr std::chrono::seconds probe_delay_max{10};

    /// A request may start now.
    [[nodiscard]] bool admits(TimePoint now) const noexcept {
        return state_ == State::closed || (state_ == State::open && now >= probe_at_);
    }
    /// When a request may start, if only time prevents it now.
    [[nodiscard]] std::optional<TimePoint> opens_at() const noexcept {
        if (state_ != State::open) return std::nullopt;
        return probe_at_;
    }
    /// A request has started.
    void begin() noexcept {
        if (state_ == State::open) state_ = State::half_open;
    }
    /// A probe may start now.
    void probe_now(TimePoint now) noexcept { probe_at_ = std::min(probe_at_, now); }
    /// The probe in flight, if any, was dropped.
    void cancel_probe(TimePoint now) noexcept {
        if (state_ != State::half_open) return;
        state_ = State::open;
        probe_at_ = now;
    }
    /// True if the endpoint has recovered by this success.
    [[nodiscard]] bool succeeded() noexcept {
        failures_ = 0;
        return std::exchange(state_, State::closed) != State::closed;
    }
    /// True if this failure opens the breaker.
    [[nodiscard]] bool failed(TimePoint now, std::uint64_t random) noexcept {
        if (state_ == State::open) return false;  // That request started before the breaker opened.
        ++failures_;
        if (failures_ < failures_max) return false;
        probe_at_ = now + retry_delay(failures_ - failures_max + 1, probe_delay_max, random);
        return std::exchange(state_, State::open) == State::closed;
    }
    [[nodiscard]] State state() const noexcept { return state_; }

private:
    State state_ = State::closed;
    unsigned failures_ = 0;
    TimePoint probe_at_{};
};

}  // namespace carillon
