#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/runtime/timing_wheel.hpp"
#include "carillon/runtime/turn_length.hpp"

namespace carillon {

/// A shard's thread of work. A turn is one handler, then those that are ready, for as long as
/// `TurnLength` says, then `end_of_turn`: so a busy connection cannot put off the flush, and a lone
/// message goes out at once. Everything but `stop` and posting to `context` belongs to the thread
/// that runs it.
class EventLoop {
public:
    /// `metrics` must outlive the loop.
    explicit EventLoop(ShardMetrics& metrics);

    [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

    /// Called at the end of every turn, in the order of registration; set before `run`.
    void at_end_of_turn(std::function<void()> step) { end_of_turn_.push_back(std::move(step)); }

    /// Runs `work` before the end of this turn, once what is running has returned: for what must
    /// not happen in the middle of a fan-out. May be called from such work, too.
    void defer(std::function<void()> work) { deferred_.push_back(std::move(work)); }

    /// Turns until `stop`.
    void run();

    /// Any thread.
    void stop();

    /// Time, read when the handler that is running was entered.
    [[nodiscard]] TimePoint now() const noexcept { return now_; }

    /// Handlers that wait for the outside call this first: the clock stood still while they waited.
    /// The first to do so in a turn starts the turn's time.
    void refresh_time() noexcept;

    /// The turn has used up its time: a handler with more to do posts the rest.
    [[nodiscard]] bool turn_expired() noexcept;

    void schedule(Timeout& timeout, Duration after) {
        wheel_.schedule(timeout, now_ + after);
        keep_ticking();
    }

private:
    void turn();
    void run_deferred();
    void keep_ticking();

    ShardMetrics& metrics_;
    boost::asio::io_context context_;
    boost::asio::steady_timer tick_timer_;
    TimePoint now_;
    TimePoint turn_begin_;
    TimePoint turn_deadline_;
    TurnLength length_;
    TimingWheel wheel_;
    bool ticking_ = false;
    bool stopped_ = false;
    std::vector<std::function<void()>> end_of_turn_;
    std::vector<std::function<void()>> deferred_;
};

}  // namespace carillon
