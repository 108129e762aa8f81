#include "carillon/runtime/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace carillon {

// Hint 1: one thread runs it, others post to it.
EventLoop::EventLoop(ShardMetrics& metrics)
    : metrics_(metrics),
      context_(1),
      tick_timer_(context_),
      now_(std::chrono::steady_clock::now()),
      turn_deadline_(now_),
      wheel_(now_) {}

void EventLoop::refresh_time() noexcept {
    now_ = std::chrono::steady_clock::now();
    if (turn_deadline_ != TimePoint::max()) return;
    turn_begin_ = now_;
    turn_deadline_ = now_ + length_.intake();
}

bool EventLoop::turn_expired() noexcept {
    return std::chrono::steady_clock::now() >= turn_deadline_;
}

void EventLoop::run() {
    const auto work = boost::asio::make_work_guard(context_);
    while (!stopped_) turn();
}

void EventLoop::stop() {
    boost::asio::post(context_, [this] { stopped_ = true; });
}

void EventLoop::turn() {
    // The first handler may have waited for long; its turn begins when it is entered.
    turn_deadline_ = TimePoint::max();
    context_.run_one();
    refresh_time();
    while (!stopped_ && !turn_expired() && context_.poll_one() > 0) {
    }
    const TimePoint end_begin = std::chrono::steady_clock::now();
    do {
        run_deferred();
        for (const auto& step : end_of_turn_) step();
    } while (!deferred_.empty());
    const TimePoint end = std::chrono::steady_clock::now();
    length_.add(end - end_begin);
    metrics_.turns.add(end - turn_begin_);
}

void EventLoop::run_deferred() {
    while (!deferred_.empty()) {
        std::vector<std::function<void()>> work;
        work.swap(deferred_);
        for (const auto& piece : work) piece();
    }
}

void EventLoop::keep_ticking() {
    if (ticking_) return;
    ticking_ = true;
    tick_timer_.expires_after(TimingWheel::tick);
    tick_timer_.async_wait([this](boost::system::error_code error) {
        ticking_ = false;
        if (error) return;
        refresh_time();
        wheel_.advance(now_);
        if (!wheel_.empty()) keep_ticking();
    });
}

}  // namespace carillon
