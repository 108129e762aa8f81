#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/runtime/timing_wheel.hpp"
#include "carillon/runtime/turn_length.hpp"

namespace boost::asio {
class io_context;
}

namespace carillon {

/// The event loop of one shard's thread. A turn is one handler, then other ready handlers for as
/// long as `TurnLength` allows, then the steps of `at_end_of_turn`: so a busy connection cannot
/// delay the flush, and a single message is sent at once. `stop`, `post` and posting to `context`
/// are for any thread, everything else for the thread that calls `run`.
class EventLoop {
public:
    /// `metrics` must outlive the loop.
    explicit EventLoop(ShardMetrics& metrics);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// For sockets and timers of Asio, and for posting what cannot be copied.
    [[nodiscard]] boost::asio::io_context& context() noexcept;

    /// Any thread. Calls `work` in a later handler, with `now` refreshed.
    void post(std::function<void()> work);

    /// Called at the end of every turn, in the order of registration; set before `run`.
    void at_end_of_turn(std::function<void()> step) { end_of_turn_.push_back(std::move(step)); }

    /// Calls `work` before the end of this turn, after the handler that is running has returned:
    /// for work that must not happen in the middle of a fan-out. Deferred work may defer more.
    void defer(std::function<void()> work) { deferred_.push_back(std::move(work)); }

    /// Runs turns until `stop`.
    void run();

    /// Any thread.
    void stop();

    /// The time at which the handler that is running was entered.
    [[nodiscard]] TimePoint now() const noexcept { return now_; }

    /// Handlers of sockets and timers call this first: `now` stood still while they waited. The
    /// first call in a turn starts the turn's time.
    void refresh_time() noexcept;

    /// The turn has used up its time: a handler that has more work posts the rest.
    [[nodiscard]] bool turn_expired() noexcept;

    /// At the end of a turn: the flush has used up its time, and is to continue in the next turn.
    [[nodiscard]] bool flush_expired() noexcept;

    /// Makes the loop begin another turn at once.
    void request_turn();

    /// Calls `timeout.on_timeout` once, `after` from now, late by up to `TimingWheel::tick`. A
    /// timeout that is scheduled already is moved.
    void schedule(Timeout& timeout, Duration after) {
        wheel_.schedule(timeout, now_ + after);
        keep_ticking();
    }

private:
    struct Asio;

    void turn();
    void run_deferred();
    void keep_ticking();

    ShardMetrics& metrics_;
    std::unique_ptr<Asio>
        asio_;  ///< so that this header brings no Asio to those who only need time
    TimePoint now_;
    TimePoint turn_begin_;
    TimePoint turn_deadline_;
    TimePoint flush_deadline_;
    TurnLength length_;
    TimingWheel wheel_;
    bool ticking_ = false;
    bool stopped_ = false;
    std::vector<std::function<void()>> end_of_turn_;
    std::vector<std::function<void()>> deferred_;
};

}  // namespace carillon
