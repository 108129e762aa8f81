#include "carillon/runtime/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace carillon {

struct EventLoop::Asio {
    boost::asio::io_context context{1};  // A hint: one thread runs it, others post to it.
    boost::asio::steady_timer tick_timer{context};
};

EventLoop::EventLoop(ShardMetrics& metrics)
    : metrics_(metrics),
      asio_(std::make_unique<Asio>()),
      now_(std::chrono::steady_clock::now()),
      turn_deadline_(now_),
      flush_deadline_(TimePoint::max()),
      wheel_(now_) {}

EventLoop::~EventLoop() = default;

boost::asio::io_context& EventLoop::context() noexcept {
    return asio_->context;
}

void EventLoop::post(std::function<void()> work) {
    boost::asio::post(asio_->context, [this, work = std::move(work)] {
        refresh_time();
        work();
    });
}

void EventLoop::refresh_time() noexcept {
    now_ = std::chrono::steady_clock::now();
    if (turn_deadline_ != TimePoint::max()) return;
    turn_begin_ = now_;
    turn_deadline_ = now_ + length_.intake();
}

bool EventLoop::turn_expired() noexcept {
    return std::chrono::steady_clock::now() >= turn_deadline_;
}

bool EventLoop::flush_expired() noexcept {
    return std::chrono::steady_clock::now() >= flush_deadline_;
}

void EventLoop::request_turn() {
    boost::asio::post(asio_->context, [] {});
}

void EventLoop::run() {
    const auto work = boost::asio::make_work_guard(asio_->context);
    while (!stopped_) turn();
}

void EventLoop::stop() {
    boost::asio::post(asio_->context, [this] { stopped_ = true; });
}

void EventLoop::turn() {
    // The loop may wait for the first handler for long: the turn's time starts when it is entered.
    turn_deadline_ = TimePoint::max();
    asio_->context.run_one();
    refresh_time();
    while (!stopped_ && !turn_expired() && asio_->context.poll_one() > 0) {
    }
    const TimePoint end_begin = std::chrono::steady_clock::now();
    flush_deadline_ = end_begin + TurnLength::flush_max;
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
    asio_->tick_timer.expires_after(TimingWheel::tick);
    asio_->tick_timer.async_wait([this](boost::system::error_code error) {
        ticking_ = false;
        if (error) return;
        refresh_time();
        wheel_.advance(now_);
        if (!wheel_.empty()) keep_ticking();
    });
}

}  // namespace carillon
